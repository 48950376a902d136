//! Closes a tag; its rent returns to the recorded payer, and the name is free again.
//!
//! Signed by owner or maintainer. Emits [`TagClosed`].

use crate::prelude::*;
use federity_protocol::constants::ROLE_MAINTAINER;

use crate::{
    errors::FederityError,
    events::TagClosed,
    instructions::slot,
    state::{Here, Member, Repository, Tag},
};

#[event_cpi]
#[derive(Accounts)]
pub struct TagClose {
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    #[account(mut, close = payer)]
    pub tag: Account<Tag>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl TagClose {
    fn validate(&self) -> Result<()> {
        let here = Here::new(&self.repository, &self.tag.repository, slot()?)?;
        self.member
            .authorise_always(&here, self.authority.address(), ROLE_MAINTAINER)?;
        require!(
            self.tag.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<TagClose>) -> Result<()> {
    ctx.accounts.validate()?;
    emit_cpi!(TagClosed {
        repository: *ctx.accounts.repository.address(),
        tag: *ctx.accounts.tag.address(),
        name: ctx.accounts.tag.name,
        commit: ctx.accounts.tag.commit,
        by: ctx.accounts.member.wallet,
    });
    Ok(())
}
