//! Writes the keeper's weights of the next accepted commits, in order of index, into the commits themselves.
//!
//! Signed by keeper and up, in a locked round whose rule leaves weights to the keeper; the commits follow as further
//! accounts. Emits [`WeightsWritten`].

use crate::prelude::*;
use federity_protocol::constants::ROLE_KEEPER;

use crate::{
    errors::FederityError,
    events::WeightsWritten,
    instructions::slot,
    state::{cast_mut, Commit, Here, Member, Repository, Round},
};

#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct WeightsWriteArgs {
    /// Forget what was written before: the first weight is again of index 0.
    pub restart: bool,
    /// Q16, one per further account.
    pub weights: Vec<u32>,
}

#[event_cpi]
#[derive(Accounts)]
pub struct WeightsWrite {
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub round: Account<Round>,
}

impl WeightsWrite {
    fn validate(&self) -> Result<()> {
        let here = Here::new(&self.repository, &self.round.repository, slot()?)?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_KEEPER)?;
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<WeightsWrite>, args: WeightsWriteArgs) -> Result<()> {
    ctx.accounts.validate()?;
    let commits = ctx.remaining_accounts()?;
    require!(
        commits.len() == args.weights.len(),
        FederityError::WeightOutOfOrder
    );
    let address = *ctx.accounts.round.address();
    let round = &mut ctx.accounts.round;
    if args.restart {
        round.restart_weights()?;
    }
    let first = round.weights_written.get();
    for (view, weight) in commits.into_iter().zip(&args.weights) {
        let mut account = view;
        let mut data = account.try_borrow_mut()?;
        let commit: &mut Commit = cast_mut(&view, &mut data)?;
        round.write_weight(&address, commit, *weight)?;
    }
    emit_cpi!(WeightsWritten {
        round: address,
        attempt: ctx.accounts.round.attempt.get(),
        first,
        weights: args.weights,
        weights_hash: ctx.accounts.round.weights_hash,
    });
    Ok(())
}
