//! A named line of commits with one head. Seeds: `branch`, repository, name.

use anchor_lang::prelude::*;
use federity_protocol::constants::{ROLE_CONTRIBUTOR, ROUND_OPEN, ROUND_SERVER, ROUND_SOLO};

use crate::{
    errors::FederityError,
    state::{Account, Commit, Round, StoredRules, NONE},
};

#[account]
pub struct Branch {
    pub version: u8,
    pub bump: u8,
    /// `f` of the head.
    pub fraction_bits: u8,
    pub repository: Address,
    pub name: [u8; 32],
    pub creator: Address,
    pub payer: Address,
    pub lineage: [u8; 32],
    pub manifest_hash: [u8; 32],
    pub base_hash: [u8; 32],
    pub chunks: PodU32,
    /// The commit that the branch stands at.
    pub head: Address,
    /// Moves of the head since the fork point.
    pub head_seq: PodU64,
    /// No value of the head's accumulator exceeds it in magnitude.
    pub bound: PodU64,
    pub rules: StoredRules,
    /// Rounds ever opened, of any kind: the index of the next.
    pub round_count: PodU64,
    /// The open or locked round of kind open or server; zero when there is none.
    pub current_round: Address,
    /// The round that has frozen the head; zero when there is none.
    pub locked_by: Address,
    /// The commit at which the branch began: its genesis, or another branch's commit.
    pub fork_point: Address,
    pub created_slot: PodU64,
    /// Weights of all updates that its rounds have merged, Q16: what a sale's price is shared by.
    pub contributed: PodU64,
    /// What each unit of weight has earned in sales so far, in units of `2^-64` lamports.
    pub dividend: PodU128,
    pub reserved: [u8; 40],
}

const _: () = assert!(core::mem::size_of::<Branch>() == 528);

/// Whether a head at `head` has left a parent at `position`, in moves, behind by no more than `limit`.
pub fn is_fresh(head: u64, position: u64, limit: u32) -> bool {
    head.saturating_sub(position) <= u64::from(limit)
}

impl Branch {
    /// Whether the rules allow rounds of this kind.
    pub fn check_kind(&self, kind: u8) -> Result<()> {
        let allowed = match kind {
            ROUND_OPEN => true,
            ROUND_SOLO => self.rules.protected == 0,
            ROUND_SERVER => self.rules.allow_server != 0,
            _ => false,
        };
        require!(
            allowed || kind != ROUND_SOLO,
            FederityError::BranchProtected
        );
        require!(allowed, FederityError::RoundKindNotAllowed);
        Ok(())
    }

    /// The role that makes an operation: a protected branch's maintainers approve it.
    pub fn operating_role(&self) -> u8 {
        if self.rules.protected == 0 {
            self.rules.operate_role
        } else {
            ROLE_CONTRIBUTOR
        }
    }

    /// Approvals by maintainers that an operation needs.
    pub fn operation_approvals(&self) -> u32 {
        if self.rules.protected == 0 {
            0
        } else {
            u32::from(self.rules.merge_approvals).max(1)
        }
    }

    /// Whether a round of this kind may open now.
    pub fn check_round(&self, kind: u8) -> Result<()> {
        self.check_kind(kind)?;
        require!(
            kind == ROUND_SOLO || self.current_round == NONE,
            FederityError::RoundInProgress
        );
        Ok(())
    }

    /// Takes the next index for a round; `round` is its address.
    pub fn open_round(&mut self, kind: u8, round: Address) -> Result<u64> {
        self.check_round(kind)?;
        let index = self.round_count.get();
        let next = index.checked_add(1).ok_or(FederityError::CounterOverflow)?;
        self.round_count = next.into();
        if kind != ROUND_SOLO {
            self.current_round = round;
        }
        Ok(index)
    }

    /// The number of head moves at which the commit at `address` was the head of this branch, at `branch`.
    pub fn position(&self, branch: &Address, address: &Address, commit: &Commit) -> Result<u64> {
        if self.fork_point == *address {
            return Ok(0);
        }
        require!(
            commit.is_history()
                && commit.branch == *branch
                && commit.seq.get() <= self.head_seq.get(),
            FederityError::ParentNotOnBranch
        );
        Ok(commit.seq.get())
    }

    /// The round in progress, as an instruction is shown it beside the round `own`. Refuses another one, or none where
    /// there is one.
    pub fn shown<'a>(
        &self,
        current: &'a Option<Account<Round>>,
        own: &Address,
    ) -> Result<Option<&'a Round>> {
        if self.current_round == NONE || self.current_round == *own {
            return Ok(None);
        }
        let current = current.as_ref().ok_or(FederityError::WrongRound)?;
        require!(
            *current.address() == self.current_round,
            FederityError::WrongRound
        );
        Ok(Some(current))
    }

    /// Freezes the head for one round.
    pub fn lock(&mut self, round: Address) -> Result<()> {
        require!(self.locked_by == NONE, FederityError::HeadLocked);
        self.locked_by = round;
        Ok(())
    }

    /// Frees whatever `round` held. Whether the head was locked by it.
    pub fn release(&mut self, round: &Address) -> bool {
        let locked = self.locked_by == *round;
        if locked {
            self.locked_by = NONE;
        }
        if self.current_round == *round {
            self.current_round = NONE;
        }
        locked
    }

    /// Moves the head to the merge that `round` made, and frees the branch.
    pub fn advance(&mut self, round: &Address, merge: Address, bound: u64) -> Result<()> {
        require!(self.locked_by == *round, FederityError::RoundNotLocked);
        self.go_to(merge, bound)?;
        self.release(round);
        Ok(())
    }

    /// Moves the head from `from` to the result of an operation, if `from` still is the head and nobody holds it.
    pub fn swap(&mut self, from: &Address, to: Address, result: &Commit) -> Result<()> {
        require!(self.head == *from, FederityError::OperationStale);
        require!(self.locked_by == NONE, FederityError::HeadLocked);
        self.fraction_bits = result.fraction_bits;
        self.go_to(to, result.bound.get())
    }

    fn go_to(&mut self, head: Address, bound: u64) -> Result<()> {
        let next = self.head_seq.get().checked_add(1);
        let next = next.ok_or(FederityError::CounterOverflow)?;
        self.head = head;
        self.head_seq = next.into();
        self.bound = bound.into();
        Ok(())
    }

    /// Starts at a commit that is in some branch's history.
    pub fn start_at(&mut self, address: Address, commit: &Commit) -> Result<()> {
        require!(commit.is_history(), FederityError::ParentNotOnBranch);
        self.lineage = commit.lineage;
        self.chunks = commit.chunks;
        self.fraction_bits = commit.fraction_bits;
        self.bound = commit.bound;
        self.head = address;
        self.fork_point = address;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{branch, key, merge};

    #[test]
    fn a_protected_branch_takes_no_solo_round() {
        let mut branch = branch();
        branch.check_round(ROUND_SOLO).unwrap();
        branch.rules.protected = 1;
        let refused = branch.check_round(ROUND_SOLO);
        assert_eq!(refused, Err(FederityError::BranchProtected.into()));
        branch.check_round(ROUND_OPEN).unwrap();
    }

    #[test]
    fn server_rounds_need_the_rule_and_unknown_kinds_are_refused() {
        let mut branch = branch();
        for kind in [ROUND_SERVER, 0, 4] {
            let refused = branch.check_round(kind);
            assert_eq!(refused, Err(FederityError::RoundKindNotAllowed.into()));
        }
        branch.rules.allow_server = 1;
        branch.check_round(ROUND_SERVER).unwrap();
    }

    #[test]
    fn one_open_round_at_a_time_and_solo_rounds_do_not_count() {
        let mut branch = branch();
        assert_eq!(branch.open_round(ROUND_OPEN, key(40)), Ok(0));
        let second = branch.open_round(ROUND_OPEN, key(41));
        assert_eq!(second, Err(FederityError::RoundInProgress.into()));
        assert_eq!(branch.open_round(ROUND_SOLO, key(42)), Ok(1));
        assert_eq!(branch.current_round, key(40));
        branch.release(&key(40));
        assert_eq!(branch.open_round(ROUND_OPEN, key(43)), Ok(2));
    }

    #[test]
    fn a_locked_head_moves_for_its_own_round_only() {
        let mut branch = branch();
        branch.lock(key(40)).unwrap();
        let other = branch.lock(key(41));
        assert_eq!(other, Err(FederityError::HeadLocked.into()));
        let stolen = branch.advance(&key(41), key(50), 7);
        assert_eq!(stolen, Err(FederityError::RoundNotLocked.into()));
        branch.advance(&key(40), key(50), 7).unwrap();
        assert_eq!((branch.head, branch.bound.get()), (key(50), 7));
        assert_eq!(branch.locked_by, NONE);
        let twice = branch.advance(&key(40), key(51), 7);
        assert_eq!(twice, Err(FederityError::RoundNotLocked.into()));
    }

    #[test]
    fn a_parent_is_the_fork_point_or_a_merge_of_the_past() {
        let mut branch = branch();
        branch.head_seq = 5.into();
        let parent = merge(3);
        assert_eq!(branch.position(&key(30), &key(60), &parent), Ok(3));
        assert_eq!(
            branch.position(&key(30), &branch.fork_point, &parent),
            Ok(0)
        );
        for breaks in [
            (|c: &mut Commit| c.seq = 6.into()) as fn(&mut Commit),
            |c| c.state = federity_protocol::constants::COMMIT_STATE_OPEN,
            |c| c.branch = key(31),
        ] {
            let mut broken = parent;
            breaks(&mut broken);
            assert_eq!(
                branch.position(&key(30), &key(60), &broken),
                Err(FederityError::ParentNotOnBranch.into())
            );
        }
        assert!(is_fresh(5, 3, 2) && !is_fresh(5, 3, 1) && is_fresh(5, 6, 0));
    }
}
