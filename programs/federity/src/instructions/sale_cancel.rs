//! Ends a sale: the NFT returns to its seller, the rent to who paid it.
//!
//! Signed by the seller; once the sale is past, by anyone. Emits [`SaleCancelled`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::SaleCancelled,
    instructions::slot,
    state::Sale,
    token::{check_held, check_token_program, Escrow},
};

#[event_cpi]
#[derive(Accounts)]
pub struct SaleCancel {
    pub authority: Signer,
    #[account(mut, close = refund)]
    pub sale: Account<Sale>,
    /// The repository's NFT.
    pub mint: UncheckedAccount,
    /// The sale's token account.
    #[account(mut)]
    pub escrow: UncheckedAccount,
    /// The seller's token account.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    /// Who paid the sale's rent.
    #[account(mut, unsafe(dup))]
    pub refund: UncheckedAccount,
    pub token_program: UncheckedAccount,
}

impl SaleCancel {
    fn validate(&self, slot: u64) -> Result<()> {
        check_token_program(self.token_program.address())?;
        self.sale.check_cancel(self.authority.address(), slot)?;
        require!(
            self.sale.mint == *self.mint.address(),
            FederityError::WrongNft
        );
        require!(
            self.sale.payer == *self.refund.address(),
            FederityError::WrongPayer
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<SaleCancel>) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(slot)?;
    let accounts = &ctx.accounts;
    let escrow = Escrow {
        sale: accounts.sale.account(),
        bump: accounts.sale.bump,
        repository: &accounts.sale.repository,
        mint: accounts.mint.account(),
        account: accounts.escrow.account(),
    };
    escrow.release(accounts.token_account.account(), accounts.refund.account())?;
    check_held(
        accounts.token_account.account(),
        &accounts.sale.mint,
        &accounts.sale.seller,
    )?;
    emit_cpi!(SaleCancelled {
        repository: ctx.accounts.sale.repository,
        sale: *ctx.accounts.sale.address(),
        seller: ctx.accounts.sale.seller,
        by: *ctx.accounts.authority.address(),
        slot,
    });
    Ok(())
}
