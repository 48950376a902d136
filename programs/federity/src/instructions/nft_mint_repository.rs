//! Makes the repository's NFT, in its owner's hand: from here on who holds it may claim the repository, and nobody is
//! offered it any more.
//!
//! Signed by the owner's wallet itself. The mint is a group, which the repository lets its commits' NFTs into. Emits
//! [`NftMinted`].

use crate::prelude::*;
use federity_protocol::seeds;

use crate::{
    events::NftMinted,
    instructions::slot,
    state::{BlobLocation, Repository, NONE},
    token::{check_programs, repository_name, uri, Nft, Place},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct NftMintRepositoryArgs {
    /// sha256 of the description.
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
}

#[event_cpi]
#[derive(Accounts)]
pub struct NftMintRepository {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(mut, seeds = [seeds::MINT, repository.address().as_ref()], bump)]
    pub mint: UncheckedAccount,
    /// The owner's token account.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
    pub associated_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl NftMintRepository {
    fn validate(&self) -> Result<()> {
        check_programs(
            self.token_program.address(),
            self.associated_program.address(),
        )?;
        self.repository.check_active()?;
        self.repository.check_owner(self.authority.address())
    }
}

pub fn handler(ctx: &mut Context<NftMintRepository>, args: NftMintRepositoryArgs) -> Result<()> {
    ctx.accounts.validate()?;
    let slot = slot()?;
    let accounts = &mut ctx.accounts;
    let repository = *accounts.repository.address();
    let mint = *accounts.mint.address();
    accounts.repository.bind(mint)?;
    let nft = Nft {
        payer: accounts.payer.account(),
        mint: accounts.mint.account(),
        bump: ctx.bumps.mint,
        subject: &repository,
        owner: accounts.authority.account(),
        account: accounts.token_account.account(),
        system: accounts.system_program.account(),
        token: accounts.token_program.account(),
        name: &repository_name(&accounts.repository),
        uri: &uri(&args.blob_hash, &args.location)?,
        place: Place::Group {
            repository: &repository,
        },
    };
    nft.make()?;
    emit_cpi!(NftMinted {
        mint,
        repository,
        commit: NONE,
        owner: *ctx.accounts.authority.address(),
        blob_hash: args.blob_hash,
        location: args.location,
        slot,
    });
    Ok(())
}
