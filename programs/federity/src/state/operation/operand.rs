//! Which commits an operation may be made of.

use anchor_lang::prelude::*;
use federity_protocol::constants::{
    COMMIT_STATE_ACCEPTED, GENESIS_FRACTION_BITS, KIND_GENESIS, LEVEL_TRAINED, MAX_FRACTION_BITS,
    ROUND_STATE_MERGED, TERM_HISTORY, TERM_UPDATE, TERM_ZERO, WEIGHT_BITS, WEIGHT_ONE,
};

use crate::{
    errors::FederityError,
    state::{Branch, Commit, Round, Wide},
};

/// A commit as an operation meets it.
#[derive(Clone, Copy)]
pub struct Operand<'a> {
    pub address: Address,
    pub commit: &'a Commit,
    /// The merged round of an update.
    pub round: Option<(Address, &'a Round)>,
}

impl Operand<'_> {
    /// 1 history, 2 update, 3 genesis.
    pub fn kind(&self) -> u8 {
        if self.round.is_some() {
            TERM_UPDATE
        } else if self.commit.kind == KIND_GENESIS {
            TERM_ZERO
        } else {
            TERM_HISTORY
        }
    }

    /// Refuses what could still be closed, changed or rejected, and what is of another lineage.
    pub fn check(&self, lineage: &[u8; 32]) -> Result<()> {
        require!(
            self.commit.lineage == *lineage,
            FederityError::LineageMismatch
        );
        let Some((address, round)) = self.round else {
            require!(self.commit.is_history(), FederityError::OperandNotHistory);
            return Ok(());
        };
        require!(
            self.commit.is_update()
                && self.commit.state == COMMIT_STATE_ACCEPTED
                && self.commit.rejects == 0
                && self.commit.held_by == address
                && round.state == ROUND_STATE_MERGED,
            FederityError::OperandNotMerged
        );
        Ok(())
    }

    /// The lowest level of all that it brings into `repository`; a genesis brings nothing that could be doubted.
    pub fn level(&self, repository: &Address) -> u8 {
        let level = match self.kind() {
            TERM_ZERO => LEVEL_TRAINED,
            TERM_UPDATE => self.commit.level,
            _ => self.commit.history_level,
        };
        self.commit.level_in(repository, level)
    }

    /// Whether it is of the branch's own past, which rules that were tightened since do not touch: else nothing could be
    /// reverted any more.
    pub fn is_own(&self, branch_address: &Address, branch: &Branch, factor: u32) -> bool {
        match self.round {
            Some((_, round)) => round.branch == *branch_address && factor <= WEIGHT_ONE,
            None => self.commit.branch == *branch_address || self.address == branch.fork_point,
        }
    }

    /// `norm * factor^2` in the units of a norm, rounded up: what an update of that weight is measured by.
    pub fn strength(&self, factor: u32) -> u64 {
        let norm = Wide::of(self.commit.norm.get());
        let scaled = norm
            .times(factor)
            .times(factor)
            .over(WEIGHT_BITS.wrapping_mul(2));
        scaled.narrow().unwrap_or(u64::MAX)
    }
}

/// `f` of the result: the finest of the heads that are terms, and `m` more. Refused beyond what a head may have.
pub fn result_fraction(operands: &[Operand], m: u8) -> Result<u8> {
    let mut finest = GENESIS_FRACTION_BITS as u8;
    for operand in operands.iter().filter(|o| o.kind() == TERM_HISTORY) {
        finest = finest.max(operand.commit.fraction_bits);
    }
    let bits = finest.checked_add(m);
    let bits = bits.filter(|bits| *bits <= MAX_FRACTION_BITS);
    Ok(bits.ok_or(FederityError::FractionExceeded)?)
}
