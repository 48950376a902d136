//! Closes the account of a further chunk of the result of an operation that is given up; its rent returns to the recorded
//! payer.
//!
//! Anyone may do it once the head has moved on, before that the author and maintainers: the operation is given up with
//! its first chunk. Emits [`PointsClosed`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::PointsClosed,
    instructions::slot,
    state::{Branch, Commit, Here, Member, Operation, Points, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct OperationTrim {
    pub authority: Signer,
    /// The authority's membership; absent once the head has moved on.
    pub member: Option<Account<Member>>,
    pub repository: Account<Repository>,
    pub branch: Account<Branch>,
    #[account(mut)]
    pub operation: Account<Operation>,
    #[account(mut)]
    pub result: Account<Commit>,
    #[account(mut, close = payer)]
    pub points: Account<Points>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl OperationTrim {
    fn validate(&self) -> Result<()> {
        let here = Here::new(&self.repository, &self.operation.repository, slot()?)?;
        require!(
            self.operation.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(
            self.operation.result == *self.result.address()
                && self.points.commit == *self.result.address(),
            FederityError::WrongOperation
        );
        require!(
            self.points.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        let member = self.member.as_deref();
        let right = self
            .operation
            .gives_up(&here, member, self.authority.address())?;
        self.operation.check_closable(&self.branch, right)
    }
}

pub fn handler(ctx: &mut Context<OperationTrim>) -> Result<()> {
    ctx.accounts.validate()?;
    let accounts = &mut ctx.accounts;
    accounts.operation.abandon()?;
    accounts.result.abandon_points();
    emit_cpi!(PointsClosed {
        commit: *ctx.accounts.result.address(),
        chunk: ctx.accounts.points.index.get(),
    });
    Ok(())
}
