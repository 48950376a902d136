//! Closes an expired round that no commit needs any more; its rent returns to the recorded payer.
//!
//! Anyone may do it. A merged round stays: it says what its merge is the sum of. Emits [`RoundClosed`].

use crate::prelude::*;

use crate::{errors::FederityError, events::RoundClosed, state::Round};

#[event_cpi]
#[derive(Accounts)]
pub struct RoundClose {
    #[account(mut, close = payer)]
    pub round: Account<Round>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl RoundClose {
    fn validate(&self) -> Result<()> {
        require!(
            self.round.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        self.round.check_closable()
    }
}

pub fn handler(ctx: &mut Context<RoundClose>) -> Result<()> {
    ctx.accounts.validate()?;
    emit_cpi!(RoundClosed {
        round: *ctx.accounts.round.address(),
        branch: ctx.accounts.round.branch,
        index: ctx.accounts.round.index.get(),
    });
    Ok(())
}
