//! A name for one commit. Seeds: `tag`, repository, name.

use anchor_lang::prelude::*;

use crate::{
    errors::FederityError,
    state::{Account, Branch, Commit, Here, Member},
};
use federity_protocol::constants::ROLE_MAINTAINER;

#[account]
pub struct Tag {
    pub version: u8,
    pub bump: u8,
    pub repository: Address,
    pub name: [u8; 32],
    pub commit: Address,
    /// Who set it, or moved it last.
    pub tagger: Address,
    pub payer: Address,
    /// sha256 of what the tagger says about it; zero: nothing.
    pub note_hash: [u8; 32],
    /// Slot in which it was set or moved last.
    pub slot: PodU64,
    /// How often it was moved.
    pub moves: PodU32,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Tag>() == 238);

impl Tag {
    /// Names a commit.
    pub fn point(&mut self, commit: Address, tagger: Address, note_hash: [u8; 32], slot: u64) {
        self.commit = commit;
        self.tagger = tagger;
        self.note_hash = note_hash;
        self.slot = slot.into();
    }

    /// Counts a move away from `from`. Refuses it when it names another commit: somebody else was first.
    pub fn leave(&mut self, from: &Address) -> Result<()> {
        require!(self.commit == *from, FederityError::TagElsewhere);
        let moves = self.moves.get().checked_add(1);
        self.moves = moves.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }
}

/// Refuses who may not set a tag, and what no tag may name: what was never a head, and what this repository has nothing
/// of. A commit of another repository is of the lineage of `branch`, one of this one's.
pub fn check_tagging(
    here: &Here,
    member: &Member,
    authority: &Address,
    commit: &Commit,
    branch: &Option<Account<Branch>>,
) -> Result<()> {
    member.authorise(here, authority, ROLE_MAINTAINER)?;
    let known = commit.repository == *here.address
        || branch.as_ref().is_some_and(|branch| {
            branch.repository == *here.address && branch.lineage == commit.lineage
        });
    require!(known && commit.is_history(), FederityError::TagNotHistory);
    here.repository.check_takes(commit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{commit, key, member, merge, repository};
    use anchor_lang::bytemuck::Zeroable;
    use federity_protocol::constants::{COMMIT_INSECURE, ROLE_KEEPER};

    #[test]
    fn a_tag_moves_from_where_its_mover_knows_it_to_be() {
        let mut tag = Tag::zeroed();
        tag.point(key(50), key(2), [0; 32], 7);
        let elsewhere = tag.leave(&key(51));
        assert_eq!(elsewhere, Err(FederityError::TagElsewhere.into()));
        tag.leave(&key(50)).unwrap();
        tag.moves = u32::MAX.into();
        let worn = tag.leave(&key(50));
        assert_eq!(worn, Err(FederityError::CounterOverflow.into()));
    }

    #[test]
    fn maintainers_tag_heads_of_their_own_repository() {
        let (repository, address) = (repository(9), key(1));
        let here = Here {
            repository: &repository,
            address: &address,
            slot: 1,
        };
        let maintainer = member(ROLE_MAINTAINER);
        let check =
            |member: &Member, commit: &Commit| check_tagging(&here, member, &key(2), commit, &None);
        let mut head = merge(3);
        head.repository = address;
        check(&maintainer, &head).unwrap();
        let low = check(&member(ROLE_KEEPER), &head);
        assert_eq!(low, Err(FederityError::RoleTooLow.into()));
        let update = check(&maintainer, &commit());
        assert_eq!(update, Err(FederityError::TagNotHistory.into()));
        head.repository = key(3);
        let foreign = check(&maintainer, &head);
        assert_eq!(foreign, Err(FederityError::TagNotHistory.into()));
        head.repository = address;
        head.flags = COMMIT_INSECURE;
        let tainted = check(&maintainer, &head);
        assert_eq!(tainted, Err(FederityError::InsecureOrigin.into()));
    }
}
