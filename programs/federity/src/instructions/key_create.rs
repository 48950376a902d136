//! Stores a verifying key under the hash of its bytes, if it is well-formed.
//!
//! Anyone may; what the key proves is said elsewhere ([`crate::instructions::key_pin`]). Emits [`KeyCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, VERIFYING_KEY_BYTES},
    seeds,
};

use crate::{errors::FederityError, events::KeyCreated, state::VerifyingKey, verifier};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct KeyCreateArgs {
    /// sha256 of `bytes`: the account's seed.
    pub hash: [u8; 32],
    /// alpha (G1), beta, gamma, delta (G2), ic0, ic1 (G1), as the prover writes them.
    pub bytes: [u8; VERIFYING_KEY_BYTES],
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: KeyCreateArgs)]
pub struct KeyCreate {
    #[account(mut)]
    pub payer: Signer,
    #[account(init, payer = payer, seeds = [seeds::KEY, args.hash.as_ref()], bump)]
    pub key: Account<VerifyingKey>,
    pub system_program: Program<System>,
}

impl KeyCreate {
    fn validate(&self, args: &KeyCreateArgs) -> Result<()> {
        require!(
            verifier::sha256(&[&args.bytes]) == args.hash,
            FederityError::KeyAddressMismatch
        );
        verifier::check_key(&args.bytes).map_err(FederityError::from)?;
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<KeyCreate>, args: KeyCreateArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let payer = *ctx.accounts.payer.address();

    let key = &mut ctx.accounts.key;
    key.version = ACCOUNT_VERSION;
    key.bump = ctx.bumps.key;
    key.payer = payer;
    key.bytes = args.bytes;

    emit_cpi!(KeyCreated {
        key: *ctx.accounts.key.address(),
        hash: args.hash,
        payer,
    });
    Ok(())
}
