//! Offers the repository to another wallet until a slot, or takes the offer back.
//!
//! Signed by the owner's wallet itself. Emits [`RepositoryOffered`].

use crate::prelude::*;

use crate::{events::RepositoryOffered, instructions::slot, state::Repository};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RepositoryOfferArgs {
    /// Zero takes the offer back.
    pub to: Address,
    /// Last slot in which it holds; 0 with nobody.
    pub expires: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct RepositoryOffer {
    pub authority: Signer,
    #[account(mut)]
    pub repository: Account<Repository>,
}

impl RepositoryOffer {
    fn validate(&self) -> Result<()> {
        self.repository.check_owner(self.authority.address())
    }
}

pub fn handler(ctx: &mut Context<RepositoryOffer>, args: RepositoryOfferArgs) -> Result<()> {
    ctx.accounts.validate()?;
    let slot = slot()?;
    ctx.accounts.repository.offer(args.to, args.expires, slot)?;
    emit_cpi!(RepositoryOffered {
        repository: *ctx.accounts.repository.address(),
        to: args.to,
        expires: args.expires,
        slot,
    });
    Ok(())
}
