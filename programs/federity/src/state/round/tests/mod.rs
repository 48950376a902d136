use super::*;
use crate::{
    state::{
        testing::{branch, commit, key, round, rules},
        Commit, Rules,
    },
    verifier,
};
use federity_protocol::constants::{
    BOUND_LIMIT, COMMIT_STATE_OPEN, DELTA_BOUND, ROUND_OPEN, ROUND_SERVER, ROUND_SOLO,
    WEIGHTING_KEEPER, WEIGHTING_SAMPLES,
};
use proptest::prelude::*;

mod phases;
mod set;
mod weights;

const SLOT: u64 = 105;

fn ruled(change: impl Fn(&mut Rules)) -> (Round, Branch) {
    let (mut round, mut branch, mut rules) = (round(), branch(), rules());
    change(&mut rules);
    round.rules = rules.into();
    branch.rules = rules.into();
    (round, branch)
}

fn accept(round: &mut Round, branch: &Branch, n: u8, commit: &mut Commit) -> Result<()> {
    round.accept(&key(40), &key(n), commit, None, branch, 0, SLOT)
}

/// A locked round over `samples.len()` commits.
fn locked(samples: &[u32], change: impl Fn(&mut Rules)) -> (Round, Branch, Vec<Commit>) {
    let (mut round, mut branch) = ruled(change);
    let mut commits = Vec::new();
    for (n, samples) in samples.iter().enumerate() {
        let mut commit = commit();
        commit.samples = (*samples).into();
        accept(&mut round, &branch, 50 + n as u8, &mut commit).unwrap();
        commits.push(commit);
    }
    round.lock(&key(40), &mut branch, SLOT).unwrap();
    (round, branch, commits)
}
