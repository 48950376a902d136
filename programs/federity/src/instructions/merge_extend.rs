//! Creates the account of a further chunk of a merge; it starts as the head's.
//!
//! Anyone may pay for it. Emits [`MergeExtended`].

use crate::prelude::*;
use federity_protocol::{constants::ACCOUNT_VERSION, seeds};

use crate::{
    errors::FederityError,
    events::MergeExtended,
    state::{Commit, Points, Round},
    verifier::IDENTITY,
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MergeExtendArgs {
    pub chunk: u32,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: MergeExtendArgs)]
pub struct MergeExtend {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub round: Account<Round>,
    #[account(mut)]
    pub merge: Account<Commit>,
    pub head: Account<Commit>,
    /// The head's chunk; absent when the head has none, as a genesis, whose points are all the identity.
    pub head_points: Option<Account<Points>>,
    #[account(init, payer = payer, seeds = [seeds::POINTS, merge.address().as_ref(), args.chunk.to_le_bytes()], bump)]
    pub points: Account<Points>,
    pub system_program: Program<System>,
}

impl MergeExtend {
    fn validate(&self, args: &MergeExtendArgs) -> Result<()> {
        self.round.check_locked()?;
        require!(
            self.round.merge == *self.merge.address() && self.round.head == *self.head.address(),
            FederityError::WrongCommit
        );
        self.merge.check_further(args.chunk)?;
        match &self.head_points {
            Some(points) => points.check(self.head.address(), args.chunk),
            None if self.head.points_created == 0 => Ok(()),
            None => Err(FederityError::PointsMissing.into()),
        }
    }
}

pub fn handler(ctx: &mut Context<MergeExtend>, args: MergeExtendArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let merge = *ctx.accounts.merge.address();
    let point = match &ctx.accounts.head_points {
        Some(points) => points.chunk.point,
        None => IDENTITY,
    };
    ctx.accounts.merge.count_points()?;

    let points = &mut ctx.accounts.points;
    points.version = ACCOUNT_VERSION;
    points.bump = ctx.bumps.points;
    points.commit = merge;
    points.payer = *ctx.accounts.payer.address();
    points.index = args.chunk.into();
    points.chunk.point = point;

    emit_cpi!(MergeExtended {
        merge,
        chunk: args.chunk,
        points: *ctx.accounts.points.address(),
    });
    Ok(())
}
