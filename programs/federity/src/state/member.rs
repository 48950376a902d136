//! A wallet's role in a repository. Seeds: `member`, repository, wallet.

use anchor_lang::prelude::*;
use federity_protocol::constants::{ROLE_MAINTAINER, ROLE_OWNER, ROLE_READER};

use crate::{errors::FederityError, state::NONE};

#[account]
pub struct Member {
    pub version: u8,
    pub bump: u8,
    /// 1 reader, 2 contributor, 3 keeper, 4 maintainer, 5 owner.
    pub role: u8,
    pub repository: Address,
    pub wallet: Address,
    /// A hot key that may act for the wallet; zero when there is none.
    pub delegate: Address,
    pub payer: Address,
    pub joined_slot: PodU64,
    pub reserved: [u8; 64],
}

const _: () = assert!(core::mem::size_of::<Member>() == 203);

impl Member {
    /// Whether `authority` may act for this member in `repository` with at least `role`.
    pub fn authorise(&self, repository: &Address, authority: &Address, role: u8) -> Result<()> {
        require!(self.repository == *repository, FederityError::WrongMember);
        let delegated = self.delegate != NONE && self.delegate == *authority;
        require!(
            self.wallet == *authority || delegated,
            FederityError::Unauthorized
        );
        require!(self.role >= role, FederityError::RoleTooLow);
        Ok(())
    }

    /// Whether this member may give or take `role`: the owner all but its own, a maintainer those below it.
    pub fn governs(&self, role: u8) -> Result<()> {
        let known = (ROLE_READER..ROLE_OWNER).contains(&role);
        let ranks = self.role == ROLE_OWNER || role < ROLE_MAINTAINER;
        require!(known && ranks, FederityError::RoleNotGrantable);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{key, member};
    use federity_protocol::constants::{ROLE_CONTRIBUTOR, ROLE_KEEPER};

    #[test]
    fn wallet_and_delegate_act_and_nobody_else() {
        let mut member = member(ROLE_CONTRIBUTOR);
        member
            .authorise(&key(1), &key(2), ROLE_CONTRIBUTOR)
            .unwrap();
        let stranger = member.authorise(&key(1), &key(9), ROLE_READER);
        assert_eq!(stranger, Err(FederityError::Unauthorized.into()));
        member.delegate = key(9);
        member
            .authorise(&key(1), &key(9), ROLE_CONTRIBUTOR)
            .unwrap();
    }

    #[test]
    fn an_unset_delegate_is_not_the_zero_key() {
        let refused = member(ROLE_OWNER).authorise(&key(1), &NONE, ROLE_READER);
        assert_eq!(refused, Err(FederityError::Unauthorized.into()));
    }

    #[test]
    fn a_member_of_another_repository_is_refused() {
        let refused = member(ROLE_OWNER).authorise(&key(3), &key(2), ROLE_READER);
        assert_eq!(refused, Err(FederityError::WrongMember.into()));
    }

    #[test]
    fn a_reader_is_no_contributor() {
        let refused = member(ROLE_READER).authorise(&key(1), &key(2), ROLE_CONTRIBUTOR);
        assert_eq!(refused, Err(FederityError::RoleTooLow.into()));
    }

    #[test]
    fn maintainers_govern_only_lower_roles_and_nobody_the_owner() {
        let owner = member(ROLE_OWNER);
        let maintainer = member(ROLE_MAINTAINER);
        owner.governs(ROLE_MAINTAINER).unwrap();
        maintainer.governs(ROLE_KEEPER).unwrap();
        for (who, role) in [
            (maintainer, ROLE_MAINTAINER),
            (maintainer, ROLE_OWNER),
            (owner, ROLE_OWNER),
            (owner, 0),
            (owner, 6),
        ] {
            assert_eq!(
                who.governs(role),
                Err(FederityError::RoleNotGrantable.into())
            );
        }
    }
}
