//! A model under version control. Seeds: `repository`, creator, name.

use anchor_lang::prelude::*;
use federity_protocol::{constants::REPOSITORY_INSECURE, srs};

use crate::errors::FederityError;

#[account]
pub struct Repository {
    pub version: u8,
    pub bump: u8,
    /// Bit 0: insecure, for good.
    pub flags: PodU32,
    /// Who created it: part of its address, never changes.
    pub creator: Address,
    /// Who owns it now.
    pub owner: Address,
    pub payer: Address,
    pub name: [u8; 32],
    /// Genesis hash of the cluster, as the creator states it.
    pub cluster: [u8; 32],
    pub srs_id: [u8; 32],
    pub tau_g2: [u8; 128],
    /// Room: the repository's NFT.
    pub nft_mint: Address,
    /// Room: the repository this one was forked from.
    pub ancestor: Address,
    pub members: PodU32,
    pub branches: PodU32,
    pub created_slot: PodU64,
    pub reserved: [u8; 96],
}

const _: () = assert!(core::mem::size_of::<Repository>() == 502);

impl Repository {
    pub fn is_insecure(&self) -> bool {
        self.flags.get() & REPOSITORY_INSECURE != 0
    }

    pub fn count_member(&mut self) -> Result<()> {
        let count = self.members.get().checked_add(1);
        self.members = count.ok_or(FederityError::RepositoryFull)?.into();
        Ok(())
    }

    pub fn discount_member(&mut self) {
        self.members = self.members.get().saturating_sub(1).into();
    }

    pub fn count_branch(&mut self) -> Result<()> {
        let count = self.branches.get().checked_add(1);
        self.branches = count.ok_or(FederityError::RepositoryFull)?.into();
        Ok(())
    }
}

/// Whoever knows tau opens any commitment to any value, so outside an insecure repository only ceremonies count.
pub fn check_srs(srs_id: &[u8; 32], flags: u32) -> Result<()> {
    require!(
        flags & !REPOSITORY_INSECURE == 0,
        FederityError::InvalidFlags
    );
    require!(
        flags & REPOSITORY_INSECURE != 0 || srs::is_trusted(srs_id),
        FederityError::SrsNotTrusted
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::bytemuck::Zeroable;

    #[test]
    fn a_development_srs_needs_an_insecure_repository() {
        assert_eq!(
            check_srs(&[7; 32], 0),
            Err(FederityError::SrsNotTrusted.into())
        );
        check_srs(&[7; 32], REPOSITORY_INSECURE).unwrap();
        check_srs(&srs::PERPETUAL_ID, 0).unwrap();
    }

    #[test]
    fn counts_stop_at_their_width() {
        let mut repository = Repository::zeroed();
        repository.members = u32::MAX.into();
        repository.branches = u32::MAX.into();
        let full = Err(FederityError::RepositoryFull.into());
        assert_eq!(repository.count_member(), full);
        assert_eq!(repository.count_branch(), full);
        repository.discount_member();
        repository.count_member().unwrap();
    }

    #[test]
    fn unknown_flags_are_refused() {
        assert_eq!(
            check_srs(&srs::PERPETUAL_ID, 2),
            Err(FederityError::InvalidFlags.into())
        );
    }
}
