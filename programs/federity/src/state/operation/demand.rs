//! What an operation's terms ask of the rules, apart from those of the branch's own past.

use anchor_lang::{
    bytemuck::{Pod, Zeroable},
    prelude::*,
};
use federity_protocol::constants::{COMMIT_SEALED, LEVEL_TRAINED, TERM_UPDATE};

use super::Operand;
use crate::{
    errors::FederityError,
    state::{Branch, StoredRules},
};

/// Kept with the operation, so that the rules of the day it is finished are asked too.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
pub struct Demand {
    /// Lowest level of a term.
    pub level: u8,
    /// Flags of all terms.
    pub flags: u8,
    /// Largest weight of an update, Q16.
    pub weight: PodU32,
    /// Largest norm of an update at its weight, in the units of a norm.
    pub strength: PodU64,
}

impl Demand {
    /// Of no term at all.
    pub fn none() -> Self {
        Self {
            level: LEVEL_TRAINED,
            flags: 0,
            weight: 0.into(),
            strength: 0.into(),
        }
    }

    /// Takes one more term into account.
    pub fn take(&mut self, operand: &Operand, factor: u32, address: &Address, branch: &Branch) {
        if operand.is_own(address, branch, factor) {
            return;
        }
        self.level = self.level.min(operand.level(&branch.repository));
        self.flags |= operand.commit.flags;
        if operand.kind() == TERM_UPDATE {
            self.weight = self.weight.get().max(factor).into();
            let strength = self.strength.get().max(operand.strength(factor));
            self.strength = strength.into();
        }
    }

    /// Refuses what the rules do not allow; `judged`: maintainers have to approve, so the cap of one weight is theirs.
    pub fn check(&self, rules: &StoredRules, judged: bool) -> Result<()> {
        require!(self.level >= rules.min_level, FederityError::LevelTooLow);
        require!(
            self.flags & COMMIT_SEALED == 0 || rules.allow_sealed != 0,
            FederityError::SealedNotAllowed
        );
        require!(
            self.strength.get() <= rules.norm_bound.get(),
            FederityError::NormBoundExceeded
        );
        require!(
            judged || self.weight.get() <= rules.max_weight.get(),
            FederityError::WeightTooLarge
        );
        Ok(())
    }
}
