//! Creates the account of one further chunk of an update.
//!
//! Anyone may pay for it. Emits [`PointsCreated`].

use crate::prelude::*;
use federity_protocol::{constants::ACCOUNT_VERSION, seeds};

use crate::{
    events::PointsCreated,
    state::{Commit, Points},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct PointsCreateArgs {
    pub chunk: u32,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: PointsCreateArgs)]
pub struct PointsCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub commit: Account<Commit>,
    #[account(init, payer = payer, seeds = [seeds::POINTS, commit.address().as_ref(), args.chunk.to_le_bytes()], bump)]
    pub points: Account<Points>,
    pub system_program: Program<System>,
}

impl PointsCreate {
    fn validate(&self, args: &PointsCreateArgs) -> Result<()> {
        self.commit.check_points(args.chunk)
    }
}

pub fn handler(ctx: &mut Context<PointsCreate>, args: PointsCreateArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let commit = *ctx.accounts.commit.address();
    ctx.accounts.commit.count_points()?;

    let points = &mut ctx.accounts.points;
    points.version = ACCOUNT_VERSION;
    points.bump = ctx.bumps.points;
    points.commit = commit;
    points.payer = *ctx.accounts.payer.address();
    points.index = args.chunk.into();

    emit_cpi!(PointsCreated {
        commit,
        chunk: args.chunk,
        points: *ctx.accounts.points.address(),
    });
    Ok(())
}
