//! Accounts in a usual state, for the tests beside the transitions.

use anchor_lang::{bytemuck::Zeroable, prelude::*};
use federity_protocol::constants::{
    COMMIT_STATE_COMPLETE, COMMIT_STATE_HISTORY, KIND_MERGE, KIND_UPDATE, ROLE_MAINTAINER,
    ROLE_OWNER, ROUND_OPEN, ROUND_STATE_OPEN, RULES_VERSION, UNIT_SMALL, WEIGHT_ONE,
};

use super::{Branch, Commit, Member, Repository, Round, Rules};

/// The repository is 1, its member's wallet 2, the branch 30, the round 40, commits 50 and up, the head 60.
pub fn key(n: u8) -> Address {
    Address::new_from_array([n; 32])
}

pub fn rules() -> Rules {
    Rules {
        version: RULES_VERSION,
        protected: false,
        min_level: 0,
        weighting: 0,
        approvals: 0,
        merge_approvals: 0,
        allow_server: false,
        allow_sealed: false,
        rules_role: ROLE_OWNER,
        operate_role: ROLE_MAINTAINER,
        max_staleness: 2,
        max_weight: WEIGHT_ONE,
        max_samples: u32::MAX,
        norm_bound: 1 << 40,
        propose_slots: 10,
        review_slots: 10,
        merge_slots: 10,
    }
}

/// The repository of a wallet.
pub fn repository(owner: u8) -> Repository {
    let mut repository = Repository::zeroed();
    repository.owner = key(owner);
    repository
}

pub fn member(role: u8) -> Member {
    let mut member = Member::zeroed();
    member.role = role;
    member.repository = key(1);
    member.wallet = key(2);
    member
}

pub fn branch() -> Branch {
    let mut branch = Branch::zeroed();
    branch.repository = key(1);
    branch.fraction_bits = 24;
    branch.chunks = 1.into();
    branch.head = key(60);
    branch.fork_point = key(61);
    branch.rules = rules().into();
    branch
}

/// An open round at index 0, opened in slot 100.
pub fn round() -> Round {
    let mut round = Round::zeroed();
    round.kind = ROUND_OPEN;
    round.state = ROUND_STATE_OPEN;
    round.repository = key(1);
    round.branch = key(30);
    round.rules = rules().into();
    round.schedule(100).unwrap();
    round
}

/// A complete commit of the round at 40, without proofs.
pub fn commit() -> Commit {
    let mut commit = Commit::zeroed();
    commit.kind = KIND_UPDATE;
    commit.state = COMMIT_STATE_COMPLETE;
    commit.repository = key(1);
    commit.branch = key(30);
    commit.round = key(40);
    commit.author = key(2);
    commit.chunks = 1.into();
    commit.parts = 1.into();
    commit.parts_done = 1.into();
    commit.samples = 100.into();
    commit
}

/// A commit that waits for `parts` proofs of small units.
pub fn unproved(parts: u32) -> Commit {
    let mut commit = commit();
    commit.state = federity_protocol::constants::COMMIT_STATE_OPEN;
    commit.key = key(70);
    commit.unit_size = UNIT_SMALL.into();
    commit.parts = parts.into();
    commit.parts_done = 0.into();
    commit.norm_bound = rules().norm_bound.into();
    commit
}

/// A merge that was the head of the branch at 30 after `seq` moves.
pub fn merge(seq: u64) -> Commit {
    let mut merge = Commit::zeroed();
    merge.kind = KIND_MERGE;
    merge.state = COMMIT_STATE_HISTORY;
    merge.branch = key(30);
    merge.seq = seq.into();
    merge
}
