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
    state::{vote::count_votes, Commit, Here, Repository, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct MergeBegin {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub round: Account<Round>,
    pub head: Account<Commit>,
    #[account(init, payer = payer, seeds = [seeds::COMMIT, round.address().as_ref(), round.address().as_ref()], bump)]
    pub merge: Account<Commit>,
    pub system_program: Program<System>,
}

impl MergeBegin {
    /// Returns the approvals among `votes` that count.
    fn validate(&self, votes: &[AccountView], slot: u64) -> Result<u32> {
        let here = Here::new(&self.repository, &self.round.repository, slot)?;
        self.round.check_locked()?;
        require!(
            self.round.head == *self.head.address(),
            FederityError::WrongCommit
        );
        if self.round.merge_approvals_needed() == 0 {
            return Ok(0);
        }
        count_votes(&here, votes, |approval| {
            self.round.is_approved_by(self.round.address(), approval)
        })
    }
}

pub fn handler(ctx: &mut Context<MergeBegin>) -> Result<()> {
    let slot = slot()?;
    let votes = ctx.remaining_accounts()?;
    let approvals = ctx.accounts.validate(&votes, slot)?;
    let address = *ctx.accounts.merge.address();
    let round_address = *ctx.accounts.round.address();
    let parent = *ctx.accounts.head.address();
    let author = *ctx.accounts.authority.address();
    ctx.accounts.round.begin_merge(address, approvals)?;

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
    let head = &ctx.accounts.head;
    merge.history_level = head.level_in(&round.repository, head.history_level);
    // As each part that weighs something leaves its flags.
    merge.flags = head.flags | ctx.accounts.repository.taint();
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
