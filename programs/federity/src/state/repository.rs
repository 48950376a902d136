//! A model under version control. Seeds: `repository`, creator, name.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{COMMIT_INSECURE, REPOSITORY_ARCHIVED, REPOSITORY_INSECURE},
    srs,
};
use federity_verifier::curve::{same_up_to_sign, GENERATOR_G2};

use crate::{
    errors::FederityError,
    state::{Commit, NONE},
    verifier::is_point_g2,
};

#[account]
pub struct Repository {
    pub version: u8,
    pub bump: u8,
    /// Bit 0: insecure, for good. Bit 1: archived.
    pub flags: PodU32,
    /// Rises with every new owner. What was given in an older one by way of trust lapses until it is confirmed.
    pub epoch: PodU32,
    /// Who created it: part of its address, never changes.
    pub creator: Address,
    /// Who owns it now.
    pub owner: Address,
    /// Whom the owner offers it to; zero: nobody.
    pub offered_to: Address,
    /// Last slot in which the offer holds.
    pub offer_expires: PodU64,
    pub payer: Address,
    pub name: [u8; 32],
    /// Genesis hash of the cluster, as the creator states it.
    pub cluster: [u8; 32],
    pub srs_id: [u8; 32],
    pub tau_g2: [u8; 128],
    /// The repository's NFT; zero: it has none.
    pub nft_mint: Address,
    /// The repository this one was forked from; zero: it is no fork.
    pub ancestor: Address,
    pub members: PodU32,
    pub branches: PodU32,
    /// Branches whose head is locked now.
    pub locked: PodU32,
    pub created_slot: PodU64,
    pub reserved: [u8; 96],
}

const _: () = assert!(core::mem::size_of::<Repository>() == 550);

impl Repository {
    pub fn is_insecure(&self) -> bool {
        self.flags.get() & REPOSITORY_INSECURE != 0
    }

    /// The flag that every commit made here carries.
    pub fn taint(&self) -> u8 {
        if self.is_insecure() {
            COMMIT_INSECURE
        } else {
            0
        }
    }

    /// Refuses a commit, of whichever repository, that nothing here may be made of.
    pub fn check_takes(&self, commit: &Commit) -> Result<()> {
        require!(
            self.is_insecure() || !commit.is_insecure(),
            FederityError::InsecureOrigin
        );
        Ok(())
    }

    /// Refuses whatever begins something new.
    pub fn check_active(&self) -> Result<()> {
        require!(
            self.flags.get() & REPOSITORY_ARCHIVED == 0,
            FederityError::RepositoryArchived
        );
        Ok(())
    }

    /// Refuses everybody but the owner's own wallet: what it gives away is more than any delegate holds.
    pub fn check_owner(&self, authority: &Address) -> Result<()> {
        require!(self.owner == *authority, FederityError::Unauthorized);
        Ok(())
    }

    /// Offers the repository to a wallet until a slot; to nobody: takes the offer back.
    pub fn offer(&mut self, to: Address, expires: u64, slot: u64) -> Result<()> {
        require!(self.nft_mint == NONE, FederityError::OwnedByHolder);
        let names = to != NONE && to != self.owner && expires > slot;
        let none = to == NONE && expires == 0;
        require!(names || none, FederityError::InvalidOffer);
        self.offered_to = to;
        self.offer_expires = expires.into();
        Ok(())
    }

    /// Makes the wallet that it was offered to its owner. Keepers, maintainers and delegates of the time before hold
    /// nothing any more until they are confirmed.
    pub fn accept(&mut self, wallet: Address, slot: u64) -> Result<()> {
        let offered = self.offered_to != NONE && self.offered_to == wallet;
        require!(
            offered && slot <= self.offer_expires.get(),
            FederityError::NotOffered
        );
        self.pass_to(wallet)
    }

    /// Makes a wallet its owner, in a new epoch, whatever was offered before.
    pub fn pass_to(&mut self, wallet: Address) -> Result<()> {
        let epoch = self.epoch.get().checked_add(1);
        self.epoch = epoch.ok_or(FederityError::CounterOverflow)?.into();
        self.owner = wallet;
        self.offered_to = NONE;
        self.offer_expires = 0.into();
        Ok(())
    }

    /// Lets its NFT say whose it may become: nobody is offered it any more.
    pub fn bind(&mut self, mint: Address) -> Result<()> {
        require!(self.nft_mint == NONE, FederityError::NftExists);
        self.nft_mint = mint;
        self.offered_to = NONE;
        self.offer_expires = 0.into();
        Ok(())
    }

    /// Archives it, or takes that back. Never while a head is locked: a merge that has begun must end.
    pub fn archive(&mut self, archived: bool) -> Result<()> {
        require!(self.locked == 0, FederityError::HeadLocked);
        let others = self.flags.get() & !REPOSITORY_ARCHIVED;
        let flag = if archived { REPOSITORY_ARCHIVED } else { 0 };
        self.flags = (others | flag).into();
        Ok(())
    }

    /// Counts a branch whose head was locked.
    pub fn count_lock(&mut self) -> Result<()> {
        let count = self.locked.get().checked_add(1);
        self.locked = count.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Takes back the count of a branch whose head is free again.
    pub fn discount_lock(&mut self) -> Result<()> {
        let count = self.locked.get().checked_sub(1);
        self.locked = count.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
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

/// Refuses what is no [tau]G2, and a tau that everybody knows.
pub fn check_tau(tau_g2: &[u8; 128]) -> Result<()> {
    require!(is_point_g2(tau_g2), FederityError::PointNotOnCurve);
    let known = *tau_g2 == [0; 128] || same_up_to_sign(tau_g2, &GENERATOR_G2);
    require!(!known, FederityError::SrsDegenerate);
    Ok(())
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
    use crate::state::testing::{key, repository};
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
    fn an_offer_ends_and_is_for_one_wallet() {
        let mut repository = repository(1);
        let [heir, other] = [key(7), key(8)];
        repository.offer(heir, 50, 40).unwrap();
        for (wallet, slot) in [(other, 45), (heir, 51)] {
            let refused = repository.accept(wallet, slot);
            assert_eq!(refused, Err(FederityError::NotOffered.into()));
        }
        repository.accept(heir, 50).unwrap();
        assert_eq!((repository.owner, repository.epoch.get()), (heir, 1));
        let again = repository.accept(heir, 50);
        assert_eq!(again, Err(FederityError::NotOffered.into()));
        repository.check_owner(&heir).unwrap();
        let before = repository.check_owner(&key(1));
        assert_eq!(before, Err(FederityError::Unauthorized.into()));
    }

    #[test]
    fn nobody_takes_what_is_offered_to_nobody() {
        let mut repository = repository(1);
        let none = repository.accept(NONE, 0);
        assert_eq!(none, Err(FederityError::NotOffered.into()));
        repository.offer(key(7), 50, 40).unwrap();
        repository.offer(NONE, 0, 41).unwrap();
        let withdrawn = repository.accept(key(7), 42);
        assert_eq!(withdrawn, Err(FederityError::NotOffered.into()));
        for (to, expires) in [(key(7), 41), (NONE, 50), (repository.owner, 50)] {
            let refused = repository.offer(to, expires, 41);
            assert_eq!(refused, Err(FederityError::InvalidOffer.into()));
        }
        assert_eq!(repository.epoch, 0);
    }

    #[test]
    fn a_locked_head_keeps_the_archive_away() {
        let mut repository = repository(1);
        repository.count_lock().unwrap();
        let locked = repository.archive(true);
        assert_eq!(locked, Err(FederityError::HeadLocked.into()));
        repository.discount_lock().unwrap();
        repository.archive(true).unwrap();
        assert_eq!(
            repository.check_active(),
            Err(FederityError::RepositoryArchived.into())
        );
        repository.archive(false).unwrap();
        repository.check_active().unwrap();
    }

    #[test]
    fn a_tau_that_everybody_knows_is_refused() {
        let known = Err(FederityError::SrsDegenerate.into());
        assert_eq!(check_tau(&[0; 128]), known);
        assert_eq!(check_tau(&GENERATOR_G2), known);
        let off = check_tau(&[1; 128]);
        assert_eq!(off, Err(FederityError::PointNotOnCurve.into()));
    }

    #[test]
    fn what_comes_from_an_insecure_repository_stays_in_such() {
        let [mut secure, mut insecure] = [repository(1), repository(2)];
        secure.flags = REPOSITORY_ARCHIVED.into();
        insecure.flags = REPOSITORY_INSECURE.into();
        let mut commit = crate::state::testing::commit();
        commit.flags = insecure.taint();
        let refused = secure.check_takes(&commit);
        assert_eq!(refused, Err(FederityError::InsecureOrigin.into()));
        insecure.check_takes(&commit).unwrap();
        commit.flags = secure.taint() | federity_protocol::constants::COMMIT_SEALED;
        secure.check_takes(&commit).unwrap();
        insecure.check_takes(&commit).unwrap();
    }

    #[test]
    fn unknown_flags_are_refused() {
        assert_eq!(
            check_srs(&srs::PERPETUAL_ID, 2),
            Err(FederityError::InvalidFlags.into())
        );
    }
}
