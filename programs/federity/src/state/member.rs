//! A wallet's role in a repository. Seeds: `member`, repository, wallet.

use anchor_lang::prelude::*;
use federity_protocol::constants::{
    ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER, ROLE_OWNER, ROLE_READER,
};

use crate::{
    errors::FederityError,
    state::{Account, Repository, NONE},
};

#[account]
pub struct Member {
    pub version: u8,
    pub bump: u8,
    /// 1 reader, 2 contributor, 3 keeper, 4 maintainer. Who owns the repository, the repository says.
    pub role: u8,
    /// The most that the delegate may do, in roles.
    pub delegate_role: u8,
    pub repository: Address,
    pub wallet: Address,
    /// A hot key that may act for the wallet; zero when there is none.
    pub delegate: Address,
    pub payer: Address,
    pub joined_slot: PodU64,
    /// The repository's epoch in which the role was given or confirmed.
    pub epoch: PodU32,
    /// The repository's epoch in which the delegate was named.
    pub delegate_epoch: PodU32,
    /// Last slot in which the delegate may act; zero: until it is withdrawn.
    pub delegate_expires: PodU64,
    pub reserved: [u8; 64],
}

const _: () = assert!(core::mem::size_of::<Member>() == 220);

/// Where and when somebody asks to act.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    pub repository: &'a Repository,
    pub address: &'a Address,
    pub slot: u64,
}

impl<'a> Here<'a> {
    /// In the repository that `named` is the address of. Refuses another one.
    pub fn new(
        repository: &'a Account<Repository>,
        named: &Address,
        slot: u64,
    ) -> Result<Here<'a>> {
        let address = repository.address();
        require!(address == named, FederityError::WrongRepository);
        Ok(Here {
            repository,
            address,
            slot,
        })
    }
}

impl Member {
    /// The role that it has now: the owner's by the repository's word, and no more than a contributor's where a keeper
    /// or maintainer has not been confirmed since the repository changed hands.
    pub fn standing(&self, repository: &Repository) -> u8 {
        if self.wallet == repository.owner {
            ROLE_OWNER
        } else if self.role >= ROLE_KEEPER && self.epoch != repository.epoch {
            ROLE_CONTRIBUTOR
        } else {
            self.role
        }
    }

    /// The power that `authority` has in the name of this member, at least `role`, where something new may begin.
    pub fn authorise(&self, here: &Here, authority: &Address, role: u8) -> Result<u8> {
        here.repository.check_active()?;
        self.authorise_always(here, authority, role)
    }

    /// Like [`Member::authorise`], also in an archived repository.
    pub fn authorise_always(&self, here: &Here, authority: &Address, role: u8) -> Result<u8> {
        require!(self.repository == *here.address, FederityError::WrongMember);
        let standing = self.standing(here.repository);
        let power = if self.wallet == *authority {
            standing
        } else {
            require!(
                self.has_delegate(here, authority),
                FederityError::Unauthorized
            );
            standing.min(self.delegate_role)
        };
        require!(power >= role, FederityError::RoleTooLow);
        Ok(power)
    }

    fn has_delegate(&self, here: &Here, authority: &Address) -> bool {
        let expires = self.delegate_expires.get();
        self.delegate != NONE
            && self.delegate == *authority
            && self.delegate_epoch == here.repository.epoch
            && (expires == 0 || here.slot <= expires)
    }

    /// Names a delegate with the most that it may do and its last slot; the zero address withdraws the present one.
    pub fn delegate_to(&mut self, here: &Here, key: Address, role: u8, expires: u64) -> Result<()> {
        let names =
            (ROLE_READER..ROLE_OWNER).contains(&role) && (expires == 0 || expires > here.slot);
        let withdraws = role == 0 && expires == 0;
        let fits = if key == NONE { withdraws } else { names };
        require!(fits, FederityError::InvalidOffer);
        self.delegate = key;
        self.delegate_role = role;
        self.delegate_expires = expires.into();
        self.delegate_epoch = here.repository.epoch;
        Ok(())
    }
}

/// Whether someone with the power of role `power` may give or take `role`: the owner all but its own, a maintainer
/// those below it.
pub fn check_governs(power: u8, role: u8) -> Result<()> {
    let known = (ROLE_READER..ROLE_OWNER).contains(&role);
    let ranks = power == ROLE_OWNER || role < ROLE_MAINTAINER;
    require!(known && ranks, FederityError::RoleNotGrantable);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{key, member, repository};

    const HERE: Address = Address::new_from_array([1; 32]);

    fn here(repository: &Repository) -> Here<'_> {
        Here {
            repository,
            address: &HERE,
            slot: 100,
        }
    }

    fn refused(error: FederityError) -> Result<u8> {
        Err(error.into())
    }

    #[test]
    fn wallet_and_delegate_act_and_nobody_else() {
        let repository = repository(9);
        let here = here(&repository);
        let mut member = member(ROLE_CONTRIBUTOR);
        member.authorise(&here, &key(2), ROLE_CONTRIBUTOR).unwrap();
        let stranger = member.authorise(&here, &key(8), ROLE_READER);
        assert_eq!(stranger, refused(FederityError::Unauthorized));
        member
            .delegate_to(&here, key(8), ROLE_CONTRIBUTOR, 0)
            .unwrap();
        member.authorise(&here, &key(8), ROLE_CONTRIBUTOR).unwrap();
        member.delegate_to(&here, NONE, 0, 0).unwrap();
        let withdrawn = member.authorise(&here, &key(8), ROLE_READER);
        assert_eq!(withdrawn, refused(FederityError::Unauthorized));
    }

    #[test]
    fn an_unset_delegate_is_not_the_zero_key() {
        let repository = repository(9);
        let zero = member(ROLE_MAINTAINER).authorise(&here(&repository), &NONE, ROLE_READER);
        assert_eq!(zero, refused(FederityError::Unauthorized));
    }

    #[test]
    fn a_member_of_another_repository_is_refused() {
        let repository = repository(9);
        let mut member = member(ROLE_MAINTAINER);
        member.repository = key(3);
        let other = member.authorise(&here(&repository), &key(2), ROLE_READER);
        assert_eq!(other, refused(FederityError::WrongMember));
    }

    #[test]
    fn a_reader_is_no_contributor() {
        let repository = repository(9);
        let low = member(ROLE_READER).authorise(&here(&repository), &key(2), ROLE_CONTRIBUTOR);
        assert_eq!(low, refused(FederityError::RoleTooLow));
    }

    #[test]
    fn the_owner_is_whom_the_repository_names() {
        let owned = repository(2);
        assert_eq!(member(ROLE_READER).standing(&owned), ROLE_OWNER);
        let mut other = member(ROLE_MAINTAINER);
        other.wallet = key(3);
        assert_eq!(other.standing(&owned), ROLE_MAINTAINER);
    }

    #[test]
    fn a_delegate_does_no_more_than_it_was_named_for_and_never_owns() {
        let owned = repository(2);
        let here = here(&owned);
        let mut owner = member(ROLE_MAINTAINER);
        owner
            .delegate_to(&here, key(8), ROLE_CONTRIBUTOR, 0)
            .unwrap();
        let power = owner.authorise(&here, &key(8), ROLE_CONTRIBUTOR);
        assert_eq!(power, Ok(ROLE_CONTRIBUTOR));
        let high = owner.authorise(&here, &key(8), ROLE_KEEPER);
        assert_eq!(high, refused(FederityError::RoleTooLow));
        for (role, expires) in [(0, 0), (ROLE_OWNER, 0), (ROLE_KEEPER, 100)] {
            let bad = owner.delegate_to(&here, key(8), role, expires);
            assert_eq!(bad, Err(FederityError::InvalidOffer.into()));
        }
        // A cap is no promotion.
        let mut reader = member(ROLE_READER);
        reader.wallet = key(3);
        reader
            .delegate_to(&here, key(8), ROLE_MAINTAINER, 0)
            .unwrap();
        let low = reader.authorise(&here, &key(8), ROLE_CONTRIBUTOR);
        assert_eq!(low, refused(FederityError::RoleTooLow));
    }

    #[test]
    fn a_delegate_ends_with_its_last_slot() {
        let repository = repository(9);
        let mut here = here(&repository);
        let mut member = member(ROLE_CONTRIBUTOR);
        member
            .delegate_to(&here, key(8), ROLE_CONTRIBUTOR, 101)
            .unwrap();
        here.slot = 101;
        member.authorise(&here, &key(8), ROLE_READER).unwrap();
        here.slot = 102;
        let late = member.authorise(&here, &key(8), ROLE_READER);
        assert_eq!(late, refused(FederityError::Unauthorized));
    }

    #[test]
    fn keepers_maintainers_and_delegates_of_an_older_epoch_hold_nothing() {
        let mut repository = repository(9);
        let mut members = [ROLE_READER, ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER].map(member);
        members[1]
            .delegate_to(&here(&repository), key(8), ROLE_CONTRIBUTOR, 0)
            .unwrap();
        repository.offer(key(7), 50, 40).unwrap();
        repository.accept(key(7), 45).unwrap();
        let standing = members.map(|member| member.standing(&repository));
        let lapsed = [
            ROLE_READER,
            ROLE_CONTRIBUTOR,
            ROLE_CONTRIBUTOR,
            ROLE_CONTRIBUTOR,
        ];
        assert_eq!(standing, lapsed);
        let hot = members[1].authorise(&here(&repository), &key(8), ROLE_READER);
        assert_eq!(hot, refused(FederityError::Unauthorized));
        members[3].epoch = repository.epoch;
        assert_eq!(members[3].standing(&repository), ROLE_MAINTAINER);
    }

    #[test]
    fn nothing_new_begins_in_an_archived_repository() {
        let mut repository = repository(9);
        repository.archive(true).unwrap();
        let here = here(&repository);
        let member = member(ROLE_CONTRIBUTOR);
        let refusal = member.authorise(&here, &key(2), ROLE_READER);
        assert_eq!(refusal, refused(FederityError::RepositoryArchived));
        member
            .authorise_always(&here, &key(2), ROLE_READER)
            .unwrap();
    }

    #[test]
    fn maintainers_govern_only_lower_roles_and_nobody_the_owner() {
        check_governs(ROLE_OWNER, ROLE_MAINTAINER).unwrap();
        check_governs(ROLE_MAINTAINER, ROLE_KEEPER).unwrap();
        for (power, role) in [
            (ROLE_MAINTAINER, ROLE_MAINTAINER),
            (ROLE_MAINTAINER, ROLE_OWNER),
            (ROLE_OWNER, ROLE_OWNER),
            (ROLE_OWNER, 0),
            (ROLE_OWNER, 6),
        ] {
            let refusal = check_governs(power, role);
            assert_eq!(refusal, Err(FederityError::RoleNotGrantable.into()));
        }
    }
}
