//! Closes an operation that never ended, and its result; their rent returns to the recorded payer.
//!
//! Anyone may do it once the head has moved on, before that the author and maintainers. A finished operation stays: it
//! says what its head is the sum of. Emits [`OperationClosed`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::OperationClosed,
    instructions::slot,
    state::{Branch, Commit, Here, Member, Operation, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct OperationClose {
    pub authority: Signer,
    /// The authority's membership; absent once the head has moved on.
    pub member: Option<Account<Member>>,
    pub repository: Account<Repository>,
    pub branch: Account<Branch>,
    #[account(mut, close = payer)]
    pub operation: Account<Operation>,
    #[account(mut, close = payer)]
    pub result: Account<Commit>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl OperationClose {
    fn validate(&self) -> Result<()> {
        let here = Here::new(&self.repository, &self.operation.repository, slot()?)?;
        require!(
            self.operation.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(
            self.operation.result == *self.result.address(),
            FederityError::WrongOperation
        );
        require!(
            self.operation.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        let member = self.member.as_deref();
        let right = self
            .operation
            .gives_up(&here, member, self.authority.address())?;
        self.operation.check_closable(&self.branch, right)?;
        require!(self.result.points_created == 0, FederityError::PointsRemain);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<OperationClose>) -> Result<()> {
    ctx.accounts.validate()?;
    emit_cpi!(OperationClosed {
        operation: *ctx.accounts.operation.address(),
        branch: *ctx.accounts.branch.address(),
        author: ctx.accounts.operation.author,
    });
    Ok(())
}
