//! Takes back what a key proves in a repository; the pin's rent returns to its recorded payer.
//!
//! Commits that are complete stay what they are, and reviewers judge them; those with parts missing are never complete,
//! and no new commit takes the key. Signed by the owner, who may pin it again. Emits [`KeyRepealed`].

use crate::prelude::*;
use federity_protocol::constants::ROLE_OWNER;

use crate::{
    errors::FederityError,
    events::KeyRepealed,
    instructions::slot,
    state::{Here, KeyPin, Member, Repository},
};

#[event_cpi]
#[derive(Accounts)]
pub struct KeyRepeal {
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    #[account(mut, close = payer)]
    pub key_pin: Account<KeyPin>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl KeyRepeal {
    fn validate(&self) -> Result<()> {
        let here = Here::new(&self.repository, &self.key_pin.repository, slot()?)?;
        self.member
            .authorise_always(&here, self.authority.address(), ROLE_OWNER)?;
        require!(
            self.key_pin.payer == *self.payer.address(),
            FederityError::WrongPayer
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<KeyRepeal>) -> Result<()> {
    ctx.accounts.validate()?;
    emit_cpi!(KeyRepealed {
        repository: *ctx.accounts.repository.address(),
        key: ctx.accounts.key_pin.key,
        by: *ctx.accounts.authority.address(),
    });
    Ok(())
}
