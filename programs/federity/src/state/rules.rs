//! What moves a branch's head: set by owner and maintainers, copied into each round when it opens.

use anchor_lang::{
    bytemuck::{Pod, Zeroable},
    prelude::*,
};
use federity_protocol::constants::{LEVEL_TRAINED, WEIGHTING_KEEPER, WEIGHT_ONE};

use crate::errors::FederityError;

/// Rules as instructions and events carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct Rules {
    /// The head moves only by rounds of kind open (or server).
    pub protected: bool,
    /// Lowest level of a commit that may be accepted.
    pub min_level: u8,
    /// 0 uniform, 1 samples, 2 keeper.
    pub weighting: u8,
    /// Approving reviews a commit needs.
    pub approvals: u8,
    /// Approvals of set and weights a merge needs.
    pub merge_approvals: u8,
    /// Rounds of kind server are allowed.
    pub allow_server: bool,
    /// Head moves by which a commit's parent may lag.
    pub max_staleness: u32,
    /// Cap of one commit's weight, Q16.
    pub max_weight: u32,
    /// Largest `sum d^2 * 4^(8-s)` of one commit with proofs.
    pub norm_bound: u64,
    /// Slots in which commits are taken.
    pub propose_slots: u32,
    /// Slots after that in which they are accepted.
    pub review_slots: u32,
    /// Slots after that in which they are merged.
    pub merge_slots: u32,
}

impl Rules {
    /// Refuses rules under which no round could ever be merged.
    pub fn validate(&self) -> Result<()> {
        require!(
            self.min_level <= LEVEL_TRAINED
                && self.weighting <= WEIGHTING_KEEPER
                && (1..=WEIGHT_ONE).contains(&self.max_weight)
                && self.propose_slots > 0
                && self.review_slots > 0
                && self.merge_slots > 0,
            FederityError::InvalidRules
        );
        Ok(())
    }
}

/// [`Rules`] as accounts hold them.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
pub struct StoredRules {
    pub protected: u8,
    pub min_level: u8,
    pub weighting: u8,
    pub approvals: u8,
    pub merge_approvals: u8,
    pub allow_server: u8,
    pub max_staleness: PodU32,
    pub max_weight: PodU32,
    pub norm_bound: PodU64,
    pub propose_slots: PodU32,
    pub review_slots: PodU32,
    pub merge_slots: PodU32,
    pub reserved: [u8; 16],
}

const _: () = assert!(core::mem::size_of::<StoredRules>() == 50);

impl From<Rules> for StoredRules {
    fn from(rules: Rules) -> Self {
        Self {
            protected: rules.protected as u8,
            min_level: rules.min_level,
            weighting: rules.weighting,
            approvals: rules.approvals,
            merge_approvals: rules.merge_approvals,
            allow_server: rules.allow_server as u8,
            max_staleness: rules.max_staleness.into(),
            max_weight: rules.max_weight.into(),
            norm_bound: rules.norm_bound.into(),
            propose_slots: rules.propose_slots.into(),
            review_slots: rules.review_slots.into(),
            merge_slots: rules.merge_slots.into(),
            reserved: [0; 16],
        }
    }
}

impl From<StoredRules> for Rules {
    fn from(rules: StoredRules) -> Self {
        Self {
            protected: rules.protected != 0,
            min_level: rules.min_level,
            weighting: rules.weighting,
            approvals: rules.approvals,
            merge_approvals: rules.merge_approvals,
            allow_server: rules.allow_server != 0,
            max_staleness: rules.max_staleness.get(),
            max_weight: rules.max_weight.get(),
            norm_bound: rules.norm_bound.get(),
            propose_slots: rules.propose_slots.get(),
            review_slots: rules.review_slots.get(),
            merge_slots: rules.merge_slots.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::rules;

    #[test]
    fn rules_survive_storage() {
        assert_eq!(Rules::from(StoredRules::from(rules())), rules());
    }

    #[test]
    fn rules_that_block_for_ever_are_refused() {
        let broken: [fn(&mut Rules); 7] = [
            |r| r.min_level = 4,
            |r| r.weighting = 3,
            |r| r.max_weight = 0,
            |r| r.max_weight = WEIGHT_ONE + 1,
            |r| r.propose_slots = 0,
            |r| r.review_slots = 0,
            |r| r.merge_slots = 0,
        ];
        for breaks in broken {
            let mut rules = rules();
            rules.validate().unwrap();
            breaks(&mut rules);
            assert_eq!(
                rules.validate(),
                Err(FederityError::InvalidRules.into()),
                "{rules:?}"
            );
        }
    }
}
