//! What each commit of a set counts.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{ROUND_OPEN, WEIGHTING_KEEPER, WEIGHTING_SAMPLES, WEIGHT_BITS, WEIGHT_ONE},
    context::extend_weights,
};

use super::Round;
use crate::{
    errors::FederityError,
    state::{Commit, NONE},
    verifier::sha256,
};

impl Round {
    /// Whether the keeper's weights decide this round.
    pub fn weighs_by_keeper(&self) -> bool {
        self.kind == ROUND_OPEN && self.rules.weighting == WEIGHTING_KEEPER
    }

    fn check_weighing(&self) -> Result<()> {
        self.check_locked()?;
        require!(self.weighs_by_keeper(), FederityError::WeightingNotKeeper);
        require!(self.merge == NONE, FederityError::MergeBegun);
        Ok(())
    }

    /// Starts the keeper's weights over; approvals of earlier ones no longer count.
    pub fn restart_weights(&mut self) -> Result<()> {
        self.check_weighing()?;
        let next = self.attempt.get().checked_add(1);
        self.attempt = next.ok_or(FederityError::CounterOverflow)?.into();
        self.weights_written = 0.into();
        self.weight_sum = 0.into();
        self.weights_hash = [0; 32];
        self.approvals = 0.into();
        Ok(())
    }

    /// Writes the weight of the next commit in order.
    pub fn write_weight(
        &mut self,
        address: &Address,
        commit: &mut Commit,
        weight: u32,
    ) -> Result<()> {
        self.check_weighing()?;
        self.check_member_commit(address, commit)?;
        let index = self.weights_written.get();
        require!(commit.index == index, FederityError::WeightOutOfOrder);
        let cap = if commit.rejects == 0 {
            self.rules.max_weight.get()
        } else {
            0
        };
        require!(weight <= cap, FederityError::WeightTooLarge);
        let sum = self.weight_sum.get().checked_add(weight);
        let sum = sum.filter(|sum| *sum <= WEIGHT_ONE);
        let sum = sum.ok_or(FederityError::WeightSumExceeded)?;
        let written = index.checked_add(1).ok_or(FederityError::CounterOverflow)?;
        self.weights_hash = extend_weights(&self.weights_hash, index, weight, sha256);
        self.weights_written = written.into();
        self.weight_sum = sum.into();
        commit.weight = weight.into();
        Ok(())
    }

    /// Whether every weight is known.
    pub fn check_weights(&self) -> Result<()> {
        require!(
            !self.weighs_by_keeper() || self.weights_written == self.accepted,
            FederityError::WeightsIncomplete
        );
        Ok(())
    }

    /// The weight of an accepted commit, Q16.
    pub fn weight_of(&self, commit: &Commit) -> u32 {
        if self.kind != ROUND_OPEN {
            return WEIGHT_ONE;
        }
        // A commit rejected between acceptance and lock stays in the set, without weight.
        if commit.rejects != 0 {
            return 0;
        }
        let weight = match self.rules.weighting {
            WEIGHTING_KEEPER => commit.weight.get(),
            WEIGHTING_SAMPLES => {
                // samples < 2^32, so the product stays below 2^48 and the quotient is at most one.
                let scaled = u64::from(commit.samples.get()) << WEIGHT_BITS;
                scaled.checked_div(self.sum_samples.get()).unwrap_or(0) as u32
            }
            _ => WEIGHT_ONE.checked_div(self.counting()).unwrap_or(0),
        };
        weight.min(self.rules.max_weight.get())
    }

    /// The factor of an accepted commit's point. Counted into the bound once, with its chunk 0.
    pub fn factor_of(&self, address: &Address, commit: &Commit) -> Result<u64> {
        self.check_member_commit(address, commit)?;
        scale(self.weight_of(commit), self.fraction_bits, commit.shift)
    }
}

/// `w' = w * 2^(f-16-s)`: the integer factor of a delta at shift `s` on a head with `f` fraction bits.
pub fn scale(weight: u32, fraction_bits: u8, shift: u8) -> Result<u64> {
    let exponent = u32::from(fraction_bits)
        .checked_sub(WEIGHT_BITS)
        .and_then(|n| n.checked_sub(u32::from(shift)));
    // w <= 2^16, so w' stays below 2^61.
    let exponent = exponent.filter(|n| *n <= 44 && weight <= WEIGHT_ONE);
    Ok(u64::from(weight) << exponent.ok_or(FederityError::BoundExceeded)?)
}
