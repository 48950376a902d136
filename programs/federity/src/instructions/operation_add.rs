//! Adds operands to one chunk of an operation's result: `C += +-factor * 2^scale * C_i`, by the program.
//!
//! Anyone may do it, any chunk first; inside a chunk the operands come in order of the terms, and one that is in already
//! is skipped, so that nobody's call fails because somebody else's was first. For chunk 0 the terms' commits follow as
//! further accounts, for another chunk their points of that chunk; a genesis is never named. With the last operand the
//! sum must be the point that the caller expects. Emits [`OperationAdded`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::OperationAdded,
    state::{cast, cast_mut, Commit, Operation, Points},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct OperationAddArgs {
    pub chunk: u32,
    /// What the chunk's sum is when every operand is in.
    pub expected: [u8; 64],
}

#[event_cpi]
#[derive(Accounts)]
pub struct OperationAdd {
    #[account(mut)]
    pub operation: Account<Operation>,
    /// The result for chunk 0, else the chunk's points.
    #[account(mut)]
    pub target: UncheckedAccount,
}

impl OperationAdd {
    fn validate(&self) -> Result<()> {
        self.operation.check_open()
    }
}

pub fn handler(ctx: &mut Context<OperationAdd>, args: OperationAddArgs) -> Result<()> {
    ctx.accounts.validate()?;
    let operands = ctx.remaining_accounts()?;
    require!(!operands.is_empty(), FederityError::NothingToAdd);
    let target = *ctx.accounts.target.account();
    let operation = &mut ctx.accounts.operation;
    let mut account = target;
    let mut data = account.try_borrow_mut()?;
    let chunk = if args.chunk == 0 {
        let result: &mut Commit = cast_mut(&target, &mut data)?;
        require!(
            *target.address() == operation.result,
            FederityError::WrongOperation
        );
        &mut result.chunk
    } else {
        let points: &mut Points = cast_mut(&target, &mut data)?;
        points.check(&operation.result, args.chunk)?;
        &mut points.chunk
    };
    let whole = operation.is_whole(chunk);
    for view in operands {
        let data = view.try_borrow()?;
        if args.chunk == 0 {
            let commit: &Commit = cast(&view, &data)?;
            operation.add(chunk, view.address(), &commit.chunk.point)?;
        } else {
            let points: &Points = cast(&view, &data)?;
            require!(points.index == args.chunk, FederityError::WrongPoints);
            operation.add(chunk, &points.commit, &points.chunk.point)?;
        }
    }
    let (added, point) = (chunk.added.get(), chunk.point);
    if !whole && operation.is_whole(chunk) {
        require!(point == args.expected, FederityError::MergeSumMismatch);
        operation.count_chunk()?;
    }
    drop(data);
    emit_cpi!(OperationAdded {
        operation: *ctx.accounts.operation.address(),
        chunk: args.chunk,
        added,
        point,
    });
    Ok(())
}
