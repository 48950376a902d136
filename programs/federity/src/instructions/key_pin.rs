//! Says what a key proves in a repository.
//!
//! Signed by the owner, whose word counts in a repository created insecure; in any other only a key of the program's
//! list can be pinned, for what the list says. Never changed afterwards, but repealed. Emits [`KeyPinned`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_OWNER},
    keys::KeyUse,
    seeds,
};

use crate::{
    errors::FederityError,
    events::KeyPinned,
    instructions::slot,
    state::{key_pin::check_pin, Here, KeyPin, Member, Repository, VerifyingKey},
    verifier::check_key_beside,
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct KeyPinArgs {
    pub relation: u8,
    /// Bits of a delta.
    pub width: u8,
    /// Elements of a unit.
    pub n: u32,
}

#[event_cpi]
#[derive(Accounts)]
pub struct KeyPinCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub repository: Account<Repository>,
    pub member: Account<Member>,
    pub key: Account<VerifyingKey>,
    #[account(init, payer = payer, seeds = [seeds::KEY_PIN, repository.address().as_ref(), key.address().as_ref()], bump)]
    pub key_pin: Account<KeyPin>,
    pub system_program: Program<System>,
}

impl KeyPinCreate {
    fn validate(&self, args: &KeyPinArgs) -> Result<()> {
        let here = Here::new(&self.repository, self.repository.address(), slot()?)?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_OWNER)?;
        let key_use = KeyUse {
            relation: args.relation,
            width: args.width,
            unit_size: args.n,
        };
        check_pin(&self.repository, self.key.address(), &key_use)?;
        check_key_beside(&self.key.bytes, &self.repository.tau_g2).map_err(FederityError::from)?;
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<KeyPinCreate>, args: KeyPinArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let repository = *ctx.accounts.repository.address();
    let key = *ctx.accounts.key.address();

    let pin = &mut ctx.accounts.key_pin;
    pin.version = ACCOUNT_VERSION;
    pin.bump = ctx.bumps.key_pin;
    pin.relation = args.relation;
    pin.width = args.width;
    pin.n = args.n.into();
    pin.repository = repository;
    pin.key = key;
    pin.payer = *ctx.accounts.payer.address();

    emit_cpi!(KeyPinned {
        repository,
        key,
        relation: args.relation,
        width: args.width,
        n: args.n,
        by: *ctx.accounts.authority.address(),
    });
    Ok(())
}
