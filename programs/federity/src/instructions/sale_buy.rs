//! Buys the repository: the NFT goes to the buyer, the price to the branch's purse, and the buyer owns from here on.
//! Keepers, maintainers and delegates of the time before lapse until they are confirmed.
//!
//! Signed by the buyer; also in an archived repository. Where nobody has contributed anything the price is the seller's.
//! Emits [`SaleBought`] and [`RepositoryAccepted`].

use crate::prelude::*;
use federity_protocol::seeds;

use crate::{
    errors::FederityError,
    events::{RepositoryAccepted, SaleBought},
    instructions::{
        repository_accept::{seat, Heir},
        slot,
    },
    state::{cast_mut, Branch, Member, Purse, Repository, Sale},
    token::{check_held, check_token_program, pay, Escrow},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct SaleBuyArgs {
    /// Most lamports that the buyer pays: what it was shown.
    pub max_price: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct SaleBuy {
    /// Pays the price too.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
    #[account(mut, close = refund)]
    pub sale: Account<Sale>,
    #[account(mut, seeds = [seeds::PURSE, branch.address().as_ref()], bump)]
    pub purse: UncheckedAccount,
    /// The repository's NFT.
    pub mint: UncheckedAccount,
    /// The sale's token account.
    #[account(mut)]
    pub escrow: UncheckedAccount,
    /// The buyer's token account.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    #[account(mut, unsafe(dup))]
    pub seller: UncheckedAccount,
    /// Who paid the sale's rent.
    #[account(mut, unsafe(dup))]
    pub refund: UncheckedAccount,
    #[account(init_if_needed, payer = payer, seeds = [seeds::MEMBER, repository.address().as_ref(), authority.address().as_ref()], bump)]
    pub member: Account<Member>,
    pub token_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl SaleBuy {
    fn validate(&self, args: &SaleBuyArgs, slot: u64) -> Result<()> {
        check_token_program(self.token_program.address())?;
        let sale = &self.sale;
        require!(
            sale.repository == *self.repository.address(),
            FederityError::WrongRepository
        );
        require!(
            sale.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(sale.mint == *self.mint.address(), FederityError::WrongNft);
        require!(
            sale.seller == *self.seller.address(),
            FederityError::WrongRecipient
        );
        require!(
            sale.payer == *self.refund.address(),
            FederityError::WrongPayer
        );
        require!(
            self.repository.owner != *self.authority.address(),
            FederityError::OwnerAlready
        );
        sale.check_buy(args.max_price, slot)
    }

    /// Pays the price to whom it is due.
    fn settle(&mut self) -> Result<()> {
        let price = self.sale.price.get();
        let payer = self.payer.account();
        let Some(owed) = self.branch.share(price)? else {
            return pay(payer, self.seller.account(), price);
        };
        let view = *self.purse.account();
        pay(payer, &view, price)?;
        let mut account = view;
        let mut data = account.try_borrow_mut()?;
        let purse: &mut Purse = cast_mut(&view, &mut data)?;
        purse.take_in(price, owed)
    }

    /// Hands over the NFT.
    fn deliver(&self) -> Result<()> {
        let escrow = Escrow {
            sale: self.sale.account(),
            bump: self.sale.bump,
            repository: &self.sale.repository,
            mint: self.mint.account(),
            account: self.escrow.account(),
        };
        escrow.release(self.token_account.account(), self.refund.account())?;
        check_held(
            self.token_account.account(),
            &self.sale.mint,
            self.authority.address(),
        )
    }
}

pub fn handler(ctx: &mut Context<SaleBuy>, args: SaleBuyArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    ctx.accounts.settle()?;
    ctx.accounts.deliver()?;
    let heir = Heir {
        wallet: *ctx.accounts.authority.address(),
        payer: *ctx.accounts.payer.address(),
        bump: ctx.bumps.member,
        slot,
    };
    let repository = &mut ctx.accounts.repository;
    let from = repository.owner;
    repository.pass_to(heir.wallet)?;
    seat(repository, &mut ctx.accounts.member, &heir)?;
    let repository = *ctx.accounts.repository.address();
    emit_cpi!(SaleBought {
        repository,
        sale: *ctx.accounts.sale.address(),
        branch: *ctx.accounts.branch.address(),
        seller: from,
        buyer: heir.wallet,
        price: ctx.accounts.sale.price.get(),
        contributed: ctx.accounts.branch.contributed.get(),
        dividend: ctx.accounts.branch.dividend.get(),
        slot,
    });
    emit_cpi!(RepositoryAccepted {
        repository,
        from,
        owner: heir.wallet,
        epoch: ctx.accounts.repository.epoch.get(),
        slot,
    });
    Ok(())
}
