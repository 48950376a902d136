//! Makes the NFT of a merged update or of an operation, in its author's hand and in the group of the repository's.
//!
//! Signed by the author's wallet itself: what its NFT says beside its name is the author's word. A round's merge and a
//! genesis have none, as neither is anybody's own work. Emits [`NftMinted`].

use crate::prelude::*;
use federity_protocol::seeds;

use crate::{
    errors::FederityError,
    events::NftMinted,
    instructions::slot,
    state::{BlobLocation, Commit, Repository, Round, NONE},
    token::{check_programs, commit_name, uri, Nft, Place},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct NftMintCommitArgs {
    /// sha256 of the description.
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
}

#[event_cpi]
#[derive(Accounts)]
pub struct NftMintCommit {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub repository: Account<Repository>,
    pub commit: Account<Commit>,
    /// The round that merged an update; absent for an operation.
    pub round: Option<Account<Round>>,
    #[account(mut, seeds = [seeds::MINT, commit.address().as_ref()], bump)]
    pub mint: UncheckedAccount,
    /// The repository's NFT.
    #[account(mut)]
    pub group: UncheckedAccount,
    /// The author's token account.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
    pub associated_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl NftMintCommit {
    fn validate(&self) -> Result<()> {
        check_programs(
            self.token_program.address(),
            self.associated_program.address(),
        )?;
        require!(
            self.commit.repository == *self.repository.address(),
            FederityError::WrongRepository
        );
        require!(
            self.commit.author == *self.authority.address(),
            FederityError::Unauthorized
        );
        require!(self.repository.nft_mint != NONE, FederityError::NoNft);
        require!(
            self.repository.nft_mint == *self.group.address(),
            FederityError::WrongNft
        );
        let round = self.round.as_ref().map(|round| (round.address(), &**round));
        self.commit.check_credit(round)
    }
}

pub fn handler(ctx: &mut Context<NftMintCommit>, args: NftMintCommitArgs) -> Result<()> {
    ctx.accounts.validate()?;
    let slot = slot()?;
    let accounts = &ctx.accounts;
    let commit = *accounts.commit.address();
    let round = accounts.round.as_deref();
    let nft = Nft {
        payer: accounts.payer.account(),
        mint: accounts.mint.account(),
        bump: ctx.bumps.mint,
        subject: &commit,
        owner: accounts.authority.account(),
        account: accounts.token_account.account(),
        system: accounts.system_program.account(),
        token: accounts.token_program.account(),
        name: &commit_name(&accounts.repository, &accounts.commit, round),
        uri: &uri(&args.blob_hash, &args.location)?,
        place: Place::Member {
            group: accounts.group.account(),
            view: accounts.repository.account(),
            repository: &accounts.repository,
        },
    };
    nft.make()?;
    emit_cpi!(NftMinted {
        mint: *ctx.accounts.mint.address(),
        repository: *ctx.accounts.repository.address(),
        commit,
        owner: *ctx.accounts.authority.address(),
        blob_hash: args.blob_hash,
        location: args.location,
        slot,
    });
    Ok(())
}
