//! What moves a branch's head: set by owner and maintainers, copied into each round when it opens.

use anchor_lang::{
    bytemuck::{Pod, Zeroable},
    prelude::*,
};
use federity_protocol::{
    constants::{
        LEVEL_BOUNDED, LEVEL_SIGNED, MAX_APPROVALS, MAX_PHASE_SLOTS, ROLE_CONTRIBUTOR,
        ROLE_MAINTAINER, ROLE_OWNER, RULES_VERSION, WEIGHTING_KEEPER, WEIGHT_ONE,
    },
    keys::TRUSTED_KEYS,
};

use crate::{errors::FederityError, state::Commit};

/// Rules as instructions and events carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct Rules {
    /// 1: a program that knows other rules refuses these.
    pub version: u8,
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
    /// Commits under blinds are allowed: what they change, nobody but their authors can open.
    pub allow_sealed: bool,
    /// Who may change the rules: 4 maintainer, 5 owner.
    pub rules_role: u8,
    /// Lowest role that makes operations while the branch is not protected.
    pub operate_role: u8,
    /// Head moves by which a commit's parent may lag.
    pub max_staleness: u32,
    /// Cap of one commit's weight, Q16.
    pub max_weight: u32,
    /// Most samples that one commit may declare.
    pub max_samples: u32,
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
    /// Refuses rules under which no round could ever be merged, or one could hold the branch for ever. `insecure` is
    /// the repository's: without it a key is only pinned if the program's list has it.
    pub fn validate(&self, insecure: bool) -> Result<()> {
        let provable = insecure || !TRUSTED_KEYS.is_empty();
        let highest = if provable {
            LEVEL_BOUNDED
        } else {
            LEVEL_SIGNED
        };
        let phases = [self.propose_slots, self.review_slots, self.merge_slots];
        require!(
            self.version == RULES_VERSION
                && self.min_level <= highest
                && self.weighting <= WEIGHTING_KEEPER
                && self.approvals <= MAX_APPROVALS
                && self.merge_approvals <= MAX_APPROVALS
                && (ROLE_MAINTAINER..=ROLE_OWNER).contains(&self.rules_role)
                && (ROLE_CONTRIBUTOR..=ROLE_OWNER).contains(&self.operate_role)
                && (1..=WEIGHT_ONE).contains(&self.max_weight)
                && self.max_samples > 0
                && phases
                    .iter()
                    .all(|slots| (1..=MAX_PHASE_SLOTS).contains(slots)),
            FederityError::InvalidRules
        );
        Ok(())
    }

    /// Refuses what `role` may not make of these rules: the ones that are named in them change all but who may, the
    /// owner changes all, and a maintainer always protects.
    pub fn check_change(&self, after: &Rules, role: u8) -> Result<()> {
        let guarded = Rules {
            protected: true,
            ..*self
        };
        let may = role == ROLE_OWNER
            || *after == guarded
            || (role >= self.rules_role && after.rules_role == self.rules_role);
        require!(may, FederityError::RoleTooLow);
        Ok(())
    }

    /// Refuses rules of a new branch that more people could change than `floor` says, unless the owner makes it.
    pub fn check_new(&self, floor: u8, role: u8) -> Result<()> {
        require!(
            role == ROLE_OWNER || self.rules_role >= floor,
            FederityError::RoleTooLow
        );
        Ok(())
    }
}

/// Rules as accounts hold them.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
pub struct StoredRules {
    pub version: u8,
    pub protected: u8,
    pub min_level: u8,
    pub weighting: u8,
    pub approvals: u8,
    pub merge_approvals: u8,
    pub allow_server: u8,
    pub allow_sealed: u8,
    pub rules_role: u8,
    pub operate_role: u8,
    pub max_staleness: PodU32,
    pub max_weight: PodU32,
    pub max_samples: PodU32,
    pub norm_bound: PodU64,
    pub propose_slots: PodU32,
    pub review_slots: PodU32,
    pub merge_slots: PodU32,
    pub reserved: [u8; 31],
}

const _: () = assert!(core::mem::size_of::<StoredRules>() == 73);

impl StoredRules {
    /// Refuses a commit that declares more samples, or hides more, than the rules allow.
    pub fn check_declared(&self, commit: &Commit) -> Result<()> {
        require!(
            self.allow_sealed != 0 || !commit.is_sealed(),
            FederityError::SealedNotAllowed
        );
        require!(
            commit.samples.get() <= self.max_samples.get(),
            FederityError::TooManySamples
        );
        Ok(())
    }
}

impl From<Rules> for StoredRules {
    fn from(rules: Rules) -> Self {
        Self {
            version: rules.version,
            protected: rules.protected as u8,
            min_level: rules.min_level,
            weighting: rules.weighting,
            approvals: rules.approvals,
            merge_approvals: rules.merge_approvals,
            allow_server: rules.allow_server as u8,
            allow_sealed: rules.allow_sealed as u8,
            rules_role: rules.rules_role,
            operate_role: rules.operate_role,
            max_staleness: rules.max_staleness.into(),
            max_weight: rules.max_weight.into(),
            max_samples: rules.max_samples.into(),
            norm_bound: rules.norm_bound.into(),
            propose_slots: rules.propose_slots.into(),
            review_slots: rules.review_slots.into(),
            merge_slots: rules.merge_slots.into(),
            reserved: [0; 31],
        }
    }
}

impl From<StoredRules> for Rules {
    fn from(rules: StoredRules) -> Self {
        Self {
            version: rules.version,
            protected: rules.protected != 0,
            min_level: rules.min_level,
            weighting: rules.weighting,
            approvals: rules.approvals,
            merge_approvals: rules.merge_approvals,
            allow_server: rules.allow_server != 0,
            allow_sealed: rules.allow_sealed != 0,
            rules_role: rules.rules_role,
            operate_role: rules.operate_role,
            max_staleness: rules.max_staleness.get(),
            max_weight: rules.max_weight.get(),
            max_samples: rules.max_samples.get(),
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
    use crate::state::testing::{commit, rules};

    #[test]
    fn rules_survive_storage() {
        assert_eq!(Rules::from(StoredRules::from(rules())), rules());
    }

    #[test]
    fn rules_that_block_for_ever_are_refused() {
        let broken: [fn(&mut Rules); 18] = [
            |r| r.version = 0,
            |r| r.version = RULES_VERSION + 1,
            |r| r.min_level = 2,
            |r| r.weighting = 3,
            |r| r.approvals = MAX_APPROVALS + 1,
            |r| r.merge_approvals = MAX_APPROVALS + 1,
            |r| r.rules_role = ROLE_MAINTAINER - 1,
            |r| r.rules_role = ROLE_OWNER + 1,
            |r| r.operate_role = ROLE_CONTRIBUTOR - 1,
            |r| r.operate_role = ROLE_OWNER + 1,
            |r| r.max_weight = 0,
            |r| r.max_weight = WEIGHT_ONE + 1,
            |r| r.max_samples = 0,
            |r| r.propose_slots = 0,
            |r| r.review_slots = 0,
            |r| r.merge_slots = 0,
            |r| r.review_slots = MAX_PHASE_SLOTS + 1,
            |r| r.merge_slots = u32::MAX,
        ];
        for breaks in broken {
            let mut rules = rules();
            rules.validate(true).unwrap();
            breaks(&mut rules);
            assert_eq!(
                rules.validate(true),
                Err(FederityError::InvalidRules.into()),
                "{rules:?}"
            );
        }
    }

    #[test]
    fn no_level_is_asked_for_that_no_key_reaches() {
        let mut rules = rules();
        rules.min_level = LEVEL_BOUNDED;
        rules.validate(true).unwrap();
        let dead = rules.validate(false);
        assert_eq!(dead, Err(FederityError::InvalidRules.into()));
    }

    #[test]
    fn who_is_named_changes_the_rules_and_maintainers_protect() {
        let before = rules();
        let loose = Rules {
            approvals: 3,
            ..before
        };
        let protected = Rules {
            protected: true,
            ..before
        };
        let shared = Rules {
            rules_role: ROLE_MAINTAINER,
            ..before
        };
        let low = Err(FederityError::RoleTooLow.into());
        before.check_change(&protected, ROLE_MAINTAINER).unwrap();
        assert_eq!(before.check_change(&loose, ROLE_MAINTAINER), low);
        assert_eq!(protected.check_change(&before, ROLE_MAINTAINER), low);
        assert_eq!(before.check_change(&shared, ROLE_MAINTAINER), low);
        before.check_change(&shared, ROLE_OWNER).unwrap();
        shared.check_change(&loose, ROLE_MAINTAINER).unwrap_err();
        let loose = Rules {
            approvals: 3,
            ..shared
        };
        shared.check_change(&loose, ROLE_MAINTAINER).unwrap();
        assert_eq!(shared.check_new(ROLE_OWNER, ROLE_MAINTAINER), low);
        shared.check_new(ROLE_OWNER, ROLE_OWNER).unwrap();
        shared.check_new(ROLE_MAINTAINER, ROLE_MAINTAINER).unwrap();
    }

    #[test]
    fn sealed_commits_and_many_samples_need_the_rules() {
        let mut commit = commit();
        let mut stored = StoredRules::from(rules());
        stored.max_samples = commit.samples;
        stored.check_declared(&commit).unwrap();
        stored.max_samples = 99.into();
        let many = stored.check_declared(&commit);
        assert_eq!(many, Err(FederityError::TooManySamples.into()));
        commit.flags = federity_protocol::constants::COMMIT_SEALED;
        let sealed = stored.check_declared(&commit);
        assert_eq!(sealed, Err(FederityError::SealedNotAllowed.into()));
    }
}
