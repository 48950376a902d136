//! Power is counted when it is used: what a member said counts as long as the member holds the power to say it.
//!
//! Who needs votes shows them, each with the voter's membership; who has lost the role, left, or joined anew after the
//! vote is not counted, whatever counters say.

use anchor_lang::prelude::*;
use federity_protocol::constants::{MAX_APPROVALS, ROLE_MAINTAINER};

use crate::{
    errors::FederityError,
    state::{cast, Approval, Here, Member, Review, Stored},
};

/// Something that a maintainer said, and when.
pub trait Vote: Stored {
    fn voter(&self) -> &Address;
    fn slot(&self) -> u64;
}

impl Vote for Review {
    fn voter(&self) -> &Address {
        &self.reviewer
    }

    fn slot(&self) -> u64 {
        self.slot.get()
    }
}

impl Vote for Approval {
    fn voter(&self) -> &Address {
        &self.approver
    }

    fn slot(&self) -> u64 {
        self.slot.get()
    }
}

impl Member {
    /// Whether what the wallet said in `slot` of this repository counts now as a maintainer's word.
    pub fn stands_behind(&self, here: &Here, wallet: &Address, slot: u64) -> bool {
        self.repository == *here.address
            && self.wallet == *wallet
            && self.joined_slot.get() <= slot
            && self.standing(here.repository) >= ROLE_MAINTAINER
    }
}

/// How many of the votes in `views` count: pairs of a vote and its voter's membership, in order of the votes' addresses.
/// `fits` says whether a vote is about the matter at hand.
pub fn count_votes<T: Vote>(
    here: &Here,
    views: &[AccountView],
    fits: impl Fn(&T) -> bool,
) -> Result<u32> {
    let (pairs, rest) = views.as_chunks::<2>();
    let few = pairs.len() <= usize::from(MAX_APPROVALS);
    require!(few && rest.is_empty(), FederityError::VotesUnordered);
    let mut before: Option<&Address> = None;
    let mut count = 0u32;
    for [vote_view, member_view] in pairs {
        let address = vote_view.address();
        require!(
            before.is_none_or(|before| before < address),
            FederityError::VotesUnordered
        );
        before = Some(address);
        let vote_data = vote_view.try_borrow()?;
        let vote: &T = cast(vote_view, &vote_data)?;
        let member_data = member_view.try_borrow()?;
        let member: &Member = cast(member_view, &member_data)?;
        if fits(vote) && member.stands_behind(here, vote.voter(), vote.slot()) {
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}

/// The role that the wallet of a membership that may be gone holds now, if it joined no later than `since`; else none.
pub fn role_since(here: &Here, view: &AccountView, since: u64) -> Result<u8> {
    if !view.owned_by(&crate::ID) {
        return Ok(0);
    }
    let data = view.try_borrow()?;
    let member: &Member = cast(view, &data)?;
    if member.joined_slot.get() > since {
        return Ok(0);
    }
    Ok(member.standing(here.repository))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{key, member, repository};
    use federity_protocol::constants::ROLE_KEEPER;

    #[test]
    fn a_word_counts_while_its_voter_holds_the_power_it_was_given_with() {
        let mut repository = repository(9);
        let address = key(1);
        let mut voter = member(ROLE_MAINTAINER);
        voter.joined_slot = 10.into();
        let stands = |repository: &_, voter: &Member, wallet, slot| {
            let here = Here {
                repository,
                address: &address,
                slot: 100,
            };
            voter.stands_behind(&here, &wallet, slot)
        };
        assert!(stands(&repository, &voter, key(2), 10));
        assert!(!stands(&repository, &voter, key(2), 9), "joined anew");
        assert!(!stands(&repository, &voter, key(3), 10), "another's");
        let mut demoted = voter;
        demoted.role = ROLE_KEEPER;
        assert!(!stands(&repository, &demoted, key(2), 10));
        let mut foreign = voter;
        foreign.repository = key(3);
        assert!(!stands(&repository, &foreign, key(2), 10));
        repository.epoch = 1.into();
        assert!(!stands(&repository, &voter, key(2), 10), "older epoch");
    }
}
