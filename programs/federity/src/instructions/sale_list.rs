//! Offers the repository's NFT for lamports, which the authors of a branch's merged updates will share.
//!
//! Signed by the owner's wallet itself, which holds the NFT. It waits in the sale's token account: the owner stays the
//! owner until somebody buys. Emits [`SaleListed`].

use crate::prelude::*;
use federity_protocol::{constants::ACCOUNT_VERSION, seeds};

use crate::{
    errors::FederityError,
    events::SaleListed,
    instructions::slot,
    state::{sale::check_sale, Branch, Purse, Repository, Sale, NONE},
    token::{check_held, check_programs, Escrow, Source},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct SaleListArgs {
    /// Lamports.
    pub price: u64,
    /// Last slot in which it can be bought.
    pub expires: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct SaleList {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub repository: Account<Repository>,
    /// Whose updates share the price.
    pub branch: Account<Branch>,
    #[account(init, payer = payer, seeds = [seeds::SALE, repository.address().as_ref()], bump)]
    pub sale: Account<Sale>,
    #[account(init_if_needed, payer = payer, seeds = [seeds::PURSE, branch.address().as_ref()], bump)]
    pub purse: Account<Purse>,
    /// The repository's NFT.
    pub mint: UncheckedAccount,
    /// The owner's token account.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    /// The sale's token account.
    #[account(mut)]
    pub escrow: UncheckedAccount,
    pub token_program: UncheckedAccount,
    pub associated_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl SaleList {
    fn validate(&self, args: &SaleListArgs, slot: u64) -> Result<()> {
        check_programs(
            self.token_program.address(),
            self.associated_program.address(),
        )?;
        check_sale(args.price, args.expires, slot)?;
        let owner = self.authority.address();
        self.repository.check_owner(owner)?;
        require!(self.repository.nft_mint != NONE, FederityError::NoNft);
        require!(
            self.repository.nft_mint == *self.mint.address(),
            FederityError::WrongNft
        );
        require!(
            self.branch.repository == *self.repository.address(),
            FederityError::WrongRepository
        );
        check_held(self.token_account.account(), self.mint.address(), owner)
    }
}

pub fn handler(ctx: &mut Context<SaleList>, args: SaleListArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let payer = *ctx.accounts.payer.address();
    let repository = *ctx.accounts.repository.address();
    let branch = *ctx.accounts.branch.address();

    let purse = &mut ctx.accounts.purse;
    if purse.version == 0 {
        purse.version = ACCOUNT_VERSION;
        purse.bump = ctx.bumps.purse;
        purse.repository = repository;
        purse.branch = branch;
        purse.payer = payer;
    }

    let sale = &mut ctx.accounts.sale;
    sale.version = ACCOUNT_VERSION;
    sale.bump = ctx.bumps.sale;
    sale.repository = repository;
    sale.mint = *ctx.accounts.mint.address();
    sale.branch = branch;
    sale.seller = *ctx.accounts.authority.address();
    sale.payer = payer;
    sale.price = args.price.into();
    sale.expires = args.expires.into();
    sale.created_slot = slot.into();

    let accounts = &ctx.accounts;
    let escrow = Escrow {
        sale: accounts.sale.account(),
        bump: accounts.sale.bump,
        repository: &repository,
        mint: accounts.mint.account(),
        account: accounts.escrow.account(),
    };
    escrow.take(&Source {
        payer: accounts.payer.account(),
        owner: accounts.authority.account(),
        account: accounts.token_account.account(),
        system: accounts.system_program.account(),
        token: accounts.token_program.account(),
    })?;
    emit_cpi!(SaleListed {
        repository,
        sale: *ctx.accounts.sale.address(),
        branch,
        seller: *ctx.accounts.authority.address(),
        price: args.price,
        expires: args.expires,
        slot,
    });
    Ok(())
}
