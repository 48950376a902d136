//! Posts another place where a commit's blob, or its rebuilt result, can be found.
//!
//! Signed by whoever posts it; readers check every byte against the commitment. Emits [`LocationCreated`].

use crate::prelude::*;
use federity_protocol::{constants::ACCOUNT_VERSION, seeds};

use crate::{
    events::LocationCreated,
    instructions::slot,
    state::{BlobLocation, Commit, Location},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct LocationCreateArgs {
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
}

#[event_cpi]
#[derive(Accounts)]
pub struct LocationCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub commit: Account<Commit>,
    #[account(init, payer = payer, seeds = [seeds::LOCATION, commit.address().as_ref(), authority.address().as_ref()], bump)]
    pub location: Account<Location>,
    pub system_program: Program<System>,
}

impl LocationCreate {
    fn validate(&self, args: &LocationCreateArgs) -> Result<()> {
        args.location.validate()
    }
}

pub fn handler(ctx: &mut Context<LocationCreate>, args: LocationCreateArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let slot = slot()?;
    let commit = *ctx.accounts.commit.address();
    let poster = *ctx.accounts.authority.address();

    let location = &mut ctx.accounts.location;
    location.version = ACCOUNT_VERSION;
    location.bump = ctx.bumps.location;
    location.commit = commit;
    location.poster = poster;
    location.payer = *ctx.accounts.payer.address();
    location.blob_hash = args.blob_hash;
    location.location = args.location;
    location.slot = slot.into();

    emit_cpi!(LocationCreated {
        commit,
        poster,
        blob_hash: args.blob_hash,
        location: args.location,
    });
    Ok(())
}
