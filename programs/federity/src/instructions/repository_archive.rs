//! Archives a repository, or takes that back: nothing new begins in it, no vote counts and no head moves.
//!
//! Signed by the owner's wallet itself, never while a head is locked. Emits [`RepositoryArchived`].

use crate::prelude::*;

use crate::{events::RepositoryArchived, instructions::slot, state::Repository};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RepositoryArchiveArgs {
    /// False takes it back.
    pub archived: bool,
}

#[event_cpi]
#[derive(Accounts)]
pub struct RepositoryArchive {
    pub authority: Signer,
    #[account(mut)]
    pub repository: Account<Repository>,
}

impl RepositoryArchive {
    fn validate(&self) -> Result<()> {
        self.repository.check_owner(self.authority.address())
    }
}

pub fn handler(ctx: &mut Context<RepositoryArchive>, args: RepositoryArchiveArgs) -> Result<()> {
    ctx.accounts.validate()?;
    let slot = slot()?;
    ctx.accounts.repository.archive(args.archived)?;
    emit_cpi!(RepositoryArchived {
        repository: *ctx.accounts.repository.address(),
        archived: args.archived,
        slot,
    });
    Ok(())
}
