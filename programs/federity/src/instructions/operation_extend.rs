//! Creates the account of a further chunk of an operation's result; its sum starts at nothing.
//!
//! Anyone may pay for it. Emits [`OperationExtended`].

use crate::prelude::*;
use federity_protocol::{constants::ACCOUNT_VERSION, seeds};

use crate::{
    errors::FederityError,
    events::OperationExtended,
    state::{Commit, Operation, Points},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct OperationExtendArgs {
    pub chunk: u32,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OperationExtendArgs)]
pub struct OperationExtend {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub operation: Account<Operation>,
    #[account(mut)]
    pub result: Account<Commit>,
    #[account(init, payer = payer, seeds = [seeds::POINTS, result.address().as_ref(), args.chunk.to_le_bytes()], bump)]
    pub points: Account<Points>,
    pub system_program: Program<System>,
}

impl OperationExtend {
    fn validate(&self, args: &OperationExtendArgs) -> Result<()> {
        self.operation.check_open()?;
        require!(
            self.operation.result == *self.result.address(),
            FederityError::WrongOperation
        );
        self.result.check_further(args.chunk)
    }
}

pub fn handler(ctx: &mut Context<OperationExtend>, args: OperationExtendArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let result = *ctx.accounts.result.address();
    let payer = *ctx.accounts.payer.address();
    ctx.accounts.result.count_points()?;

    let accounts = &mut ctx.accounts;
    let points = &mut accounts.points;
    points.version = ACCOUNT_VERSION;
    points.bump = ctx.bumps.points;
    points.commit = result;
    points.payer = payer;
    points.index = args.chunk.into();
    accounts.operation.pass_zeros(&mut points.chunk)?;
    if accounts.operation.is_whole(&points.chunk) {
        accounts.operation.count_chunk()?;
    }

    emit_cpi!(OperationExtended {
        operation: *ctx.accounts.operation.address(),
        result,
        chunk: args.chunk,
        points: *ctx.accounts.points.address(),
    });
    Ok(())
}
