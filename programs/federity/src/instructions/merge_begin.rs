//! Creates the merge commit of a locked round; its first chunk starts as the head's.
//!
//! Anyone may do it; who signs is recorded as the merge's author. From here set and weights are fixed. Emits
//! [`MergeBegun`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, COMMIT_STATE_OPEN, KIND_MERGE, LEVEL_TRAINED},
    seeds,
};

use crate::{
    errors::FederityError,
    events::MergeBegun,
    instructions::slot,
    state::{Commit, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct MergeBegin {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    #[account(mut)]
    pub round: Account<Round>,
    pub head: Account<Commit>,
    #[account(init, payer = payer, seeds = [seeds::COMMIT, round.address().as_ref(), round.address().as_ref()], bump)]
    pub merge: Account<Commit>,
    pub system_program: Program<System>,
}

impl MergeBegin {
    fn validate(&self) -> Result<()> {
        self.round.check_locked()?;
        require!(
            self.round.head == *self.head.address(),
            FederityError::WrongCommit
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<MergeBegin>) -> Result<()> {
    ctx.accounts.validate()?;
    let slot = slot()?;
    let address = *ctx.accounts.merge.address();
    let round_address = *ctx.accounts.round.address();
    let parent = *ctx.accounts.head.address();
    let author = *ctx.accounts.authority.address();
    ctx.accounts.round.begin_merge(address)?;

    let (start, travel) = ctx
        .accounts
        .head
        .journey(&parent, &ctx.accounts.round.branch);
    let round = &ctx.accounts.round;
    let seq = round.head_seq.get().checked_add(1);
    let merge = &mut ctx.accounts.merge;
    merge.version = ACCOUNT_VERSION;
    merge.bump = ctx.bumps.merge;
    merge.kind = KIND_MERGE;
    // Each part that weighs something lowers them.
    merge.level = LEVEL_TRAINED;
    merge.history_level = ctx.accounts.head.history_level;
    merge.state = COMMIT_STATE_OPEN;
    merge.fraction_bits = round.fraction_bits;
    merge.repository = round.repository;
    merge.branch = round.branch;
    merge.lineage = round.lineage;
    merge.round = round_address;
    merge.parent = parent;
    merge.author = author;
    merge.payer = *ctx.accounts.payer.address();
    merge.parent_seq = round.head_seq;
    merge.seq = seq.ok_or(FederityError::CounterOverflow)?.into();
    merge.created_slot = slot.into();
    merge.chunks = round.chunks;
    merge.start = start;
    merge.travel = travel;
    merge.chunk.point = ctx.accounts.head.chunk.point;

    emit_cpi!(MergeBegun {
        round: round_address,
        merge: address,
        parent,
        author,
        attempt: ctx.accounts.round.attempt.get(),
        slot,
    });
    Ok(())
}
