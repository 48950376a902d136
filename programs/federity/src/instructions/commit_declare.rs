//! Declares the point of one chunk of an update without proofs (L0).
//!
//! Signed by the author. The point is checked to be on the curve: a bad one would jam every merge. Emits
//! [`CommitDeclared`].

use crate::prelude::*;
use federity_protocol::constants::ROLE_CONTRIBUTOR;

use crate::{
    errors::FederityError,
    events::CommitDeclared,
    instructions::slot,
    state::{Commit, Here, Member, Points, Repository},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct CommitDeclareArgs {
    pub chunk: u32,
    pub point: [u8; 64],
}

#[event_cpi]
#[derive(Accounts)]
pub struct CommitDeclare {
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub commit: Account<Commit>,
    /// The chunk's account; absent for chunk 0.
    #[account(mut)]
    pub points: Option<Account<Points>>,
}

impl CommitDeclare {
    fn validate(&self, args: &CommitDeclareArgs) -> Result<()> {
        let here = Here::new(&self.repository, &self.commit.repository, slot()?)?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_CONTRIBUTOR)?;
        require!(
            self.member.wallet == self.commit.author,
            FederityError::Unauthorized
        );
        if let Some(points) = &self.points {
            points.check(self.commit.address(), args.chunk)?;
        }
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<CommitDeclare>, args: CommitDeclareArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let further = ctx.accounts.points.as_mut().map(|p| &mut p.chunk);
    ctx.accounts
        .commit
        .declare(further, args.chunk, &args.point)?;
    emit_cpi!(CommitDeclared {
        commit: *ctx.accounts.commit.address(),
        chunk: args.chunk,
        point: args.point,
        parts_done: ctx.accounts.commit.parts_done.get(),
        parts: ctx.accounts.commit.parts.get(),
    });
    Ok(())
}
