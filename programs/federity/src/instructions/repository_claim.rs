//! Makes who holds the repository's NFT its owner. Keepers, maintainers and delegates of the time before lapse until they
//! are confirmed.
//!
//! Signed by the holder, who shows the token account and becomes a member if it is none. Also in an archived repository.
//! Emits [`RepositoryAccepted`].

use crate::prelude::*;
use federity_protocol::seeds;

use crate::{
    errors::FederityError,
    events::RepositoryAccepted,
    instructions::{
        repository_accept::{seat, Heir},
        slot,
    },
    state::{Member, Repository, NONE},
    token::check_held,
};

#[event_cpi]
#[derive(Accounts)]
pub struct RepositoryClaim {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    #[account(mut)]
    pub repository: Account<Repository>,
    /// The holder's token account.
    pub token_account: UncheckedAccount,
    #[account(init_if_needed, payer = payer, seeds = [seeds::MEMBER, repository.address().as_ref(), authority.address().as_ref()], bump)]
    pub member: Account<Member>,
    pub system_program: Program<System>,
}

impl RepositoryClaim {
    fn validate(&self) -> Result<()> {
        let holder = self.authority.address();
        require!(self.repository.nft_mint != NONE, FederityError::NoNft);
        check_held(
            self.token_account.account(),
            &self.repository.nft_mint,
            holder,
        )?;
        require!(
            self.repository.owner != *holder,
            FederityError::OwnerAlready
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<RepositoryClaim>) -> Result<()> {
    ctx.accounts.validate()?;
    let heir = Heir {
        wallet: *ctx.accounts.authority.address(),
        payer: *ctx.accounts.payer.address(),
        bump: ctx.bumps.member,
        slot: slot()?,
    };
    let repository = &mut ctx.accounts.repository;
    let from = repository.owner;
    repository.pass_to(heir.wallet)?;
    seat(repository, &mut ctx.accounts.member, &heir)?;
    emit_cpi!(RepositoryAccepted {
        repository: *ctx.accounts.repository.address(),
        from,
        owner: heir.wallet,
        epoch: ctx.accounts.repository.epoch.get(),
        slot: heir.slot,
    });
    Ok(())
}
