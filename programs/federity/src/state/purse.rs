//! What sales have brought to the authors of a branch's updates and was not fetched yet: the lamports beyond the rent.
//! Seeds: `purse`, branch. Nothing closes it.
//!
//! A sale raises the branch's `dividend`, what each unit of weight has earned, and a merged round keeps the dividend of
//! its time. So what an update has earned is its weight times a difference, for all sales at once and however many
//! authors there are, and what was paid is known by one number in the commit.

use anchor_lang::prelude::*;

use crate::{
    errors::FederityError,
    state::{Branch, Commit, Round, Wide},
};

#[account]
pub struct Purse {
    pub version: u8,
    pub bump: u8,
    pub repository: Address,
    pub branch: Address,
    pub payer: Address,
    /// Lamports that sales brought and nobody has yet.
    pub balance: PodU64,
    /// What updates have earned and their authors have not yet, in units of `2^-64` lamports: never more than the
    /// balance, which is above it by what was rounded away.
    pub owed: PodU128,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Purse>() == 154);

impl Purse {
    /// Takes in a price, of which authors have earned `owed`.
    pub fn take_in(&mut self, price: u64, owed: Wide) -> Result<()> {
        let balance = self.balance.get().checked_add(price);
        self.balance = balance.ok_or(FederityError::CounterOverflow)?.into();
        self.owed = Wide::from(self.owed).plus(owed).into();
        Ok(())
    }

    /// Pays what somebody has earned: the whole lamports of it, of which there must be one.
    pub fn pay(&mut self, earned: Wide) -> Result<u64> {
        let owed = Wide::from(self.owed);
        require!(earned <= owed, FederityError::CounterOverflow);
        self.owed = owed.apart(earned).into();
        self.give(earned.wholes().0)
    }

    /// Gives away what nobody has earned: what was rounded away of earlier payments.
    pub fn sweep(&mut self) -> Result<u64> {
        let (whole, rest) = Wide::from(self.owed).wholes();
        let kept = whole.saturating_add(u64::from(rest));
        self.give(self.balance.get().saturating_sub(kept))
    }

    fn give(&mut self, lamports: u64) -> Result<u64> {
        require!(lamports > 0, FederityError::NothingToClaim);
        let balance = self.balance.get().checked_sub(lamports);
        self.balance = balance.ok_or(FederityError::CounterOverflow)?.into();
        Ok(lamports)
    }
}

impl Branch {
    /// Counts what a merged round contributed; the round has its part in sales from here on.
    pub fn credit(&mut self, round: &mut Round) -> Result<()> {
        let sum = self
            .contributed
            .get()
            .checked_add(round.contributed.get().into());
        self.contributed = sum.ok_or(FederityError::CounterOverflow)?.into();
        round.dividend = self.dividend;
        Ok(())
    }

    /// Shares a price among all that was contributed. What of it is earned; None: nobody contributed anything.
    pub fn share(&mut self, price: u64) -> Result<Option<Wide>> {
        if self.contributed == 0 {
            return Ok(None);
        }
        let ratio = Wide::ratio(price, self.contributed.get());
        let (each, rest) = ratio.ok_or(FederityError::CounterOverflow)?;
        let dividend = Wide::from(self.dividend).plus(each);
        require!(dividend != Wide::MAX, FederityError::CounterOverflow);
        self.dividend = dividend.into();
        Ok(Some(Wide::whole(price).apart(Wide::of(rest))))
    }

    /// Takes note that the author of an update of a merged round is paid for all sales so far. What it has earned since
    /// it was paid last.
    pub fn settle(&self, round: &Round, commit: &mut Commit) -> Wide {
        let now = Wide::from(self.dividend);
        let before = Wide::from(round.dividend).max(Wide::from(commit.claimed));
        commit.claimed = self.dividend;
        now.apart(before).times(round.weight_of(commit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{branch, commit, round};
    use anchor_lang::bytemuck::Zeroable;
    use federity_protocol::constants::{ROUND_SOLO, WEIGHTING_KEEPER, WEIGHT_ONE};
    use proptest::prelude::*;

    /// A merged round of one update that weighs one.
    fn merged(branch: &mut Branch) -> (Round, Commit) {
        let mut round = round();
        round.kind = ROUND_SOLO;
        round.contributed = WEIGHT_ONE.into();
        branch.credit(&mut round).unwrap();
        (round, commit())
    }

    #[test]
    fn an_update_has_its_part_in_later_sales_only_and_once() {
        let (mut branch, mut purse) = (branch(), Purse::zeroed());
        assert_eq!(branch.share(10), Ok(None));
        let (first, mut early) = merged(&mut branch);
        purse
            .take_in(10, branch.share(10).unwrap().unwrap())
            .unwrap();
        let (second, mut late) = merged(&mut branch);
        let none = purse.pay(branch.settle(&second, &mut late));
        assert_eq!(none, Err(FederityError::NothingToClaim.into()));
        purse.take_in(7, branch.share(7).unwrap().unwrap()).unwrap();
        assert_eq!(purse.pay(branch.settle(&first, &mut early)), Ok(13));
        let again = purse.pay(branch.settle(&first, &mut early));
        assert_eq!(again, Err(FederityError::NothingToClaim.into()));
        assert_eq!(purse.pay(branch.settle(&second, &mut late)), Ok(3));
        assert_eq!((purse.balance.get(), purse.owed.get()), (1, 0));
        assert_eq!(purse.sweep(), Ok(1));
        let empty = purse.sweep();
        assert_eq!(empty, Err(FederityError::NothingToClaim.into()));
    }

    #[test]
    fn what_is_owed_is_never_swept_and_never_overdrawn() {
        let (mut branch, mut purse) = (branch(), Purse::zeroed());
        merged(&mut branch);
        purse.take_in(9, branch.share(9).unwrap().unwrap()).unwrap();
        let kept = purse.sweep();
        assert_eq!(kept, Err(FederityError::NothingToClaim.into()));
        let over = purse.pay(Wide::whole(10));
        assert_eq!(over, Err(FederityError::CounterOverflow.into()));
    }

    #[test]
    fn a_count_that_would_leave_its_range_is_refused() {
        let full = Err(FederityError::CounterOverflow.into());
        let (mut branch, mut round) = (branch(), round());
        branch.contributed = u64::MAX.into();
        assert_eq!(branch.share(1).map(|_| ()), full);
        round.contributed = 1.into();
        assert_eq!(branch.credit(&mut round), full);
        branch.contributed = 1.into();
        branch.dividend = u128::MAX.into();
        assert_eq!(branch.share(1).map(|_| ()), full);
        let mut purse = Purse::zeroed();
        purse.balance = u64::MAX.into();
        assert_eq!(purse.take_in(1, Wide::ZERO), full);
    }

    /// Pays an update, as the program does: what is refused changes nothing.
    fn claim(branch: &Branch, purse: &mut Purse, (round, commit): &mut (Round, Commit)) -> u64 {
        let (mut paid, mut after) = (*purse, *commit);
        match paid.pay(branch.settle(round, &mut after)) {
            Ok(lamports) => {
                (*purse, *commit) = (paid, after);
                lamports
            }
            Err(_) => 0,
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nobody_is_paid_what_another_has_earned(
            moves in prop::collection::vec((0u8..5, 1u64..1 << 47, 1u32..=WEIGHT_ONE, 0usize..60), 1..60),
        ) {
            let (mut branch, mut purse) = (branch(), Purse::zeroed());
            let mut made: Vec<(Round, Commit)> = Vec::new();
            let (mut brought, mut gone) = (0u64, 0u64);
            for (kind, price, weight, which) in moves {
                match kind {
                    0 => {
                        let (mut round, mut commit) = (round(), commit());
                        round.rules.weighting = WEIGHTING_KEEPER;
                        round.contributed = weight.into();
                        commit.weight = weight.into();
                        branch.credit(&mut round).unwrap();
                        made.push((round, commit));
                    }
                    1 | 2 => if let Some(owed) = branch.share(price).unwrap() {
                        purse.take_in(price, owed).unwrap();
                        brought += price;
                    },
                    3 => gone += purse.sweep().unwrap_or(0),
                    _ => if !made.is_empty() {
                        let count = made.len();
                        gone += claim(&branch, &mut purse, &mut made[which % count]);
                    },
                }
                prop_assert_eq!(purse.balance.get(), brought - gone);
                prop_assert!(Wide::from(purse.owed) <= Wide::whole(purse.balance.get()));
            }
            for update in &mut made {
                gone += claim(&branch, &mut purse, update);
            }
            gone += purse.sweep().unwrap_or(0);
            // Each update keeps less than a lamport, for the next sale.
            prop_assert!(purse.balance.get() <= made.len() as u64);
            prop_assert_eq!(purse.balance.get(), brought - gone);
        }
    }
}
