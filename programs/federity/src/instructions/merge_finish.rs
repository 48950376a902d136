//! Moves the head to the merge once every accepted commit is in every chunk.
//!
//! Anyone may do it. Naming the result's blob needs keeper and up, or the opener of a solo round; without a name
//! anyone can rebuild it from the deltas. Emits [`HeadMoved`].

use crate::prelude::*;
use federity_protocol::constants::{
    COMMIT_STATE_HISTORY, ROLE_CONTRIBUTOR, ROLE_KEEPER, ROUND_SOLO,
};

use crate::{
    errors::FederityError,
    events::HeadMoved,
    instructions::slot,
    state::{BlobLocation, Branch, Commit, Here, Member, Repository, Round},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MergeFinishArgs {
    /// sha256 of the accumulator's blob, or zero.
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
}

#[event_cpi]
#[derive(Accounts)]
pub struct MergeFinish {
    pub authority: Signer,
    /// The authority's membership; absent when no blob is named.
    pub member: Option<Account<Member>>,
    #[account(mut)]
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
    #[account(mut)]
    pub round: Account<Round>,
    #[account(mut)]
    pub merge: Account<Commit>,
}

impl MergeFinish {
    fn validate(&self, args: &MergeFinishArgs, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.branch.repository, slot)?;
        require!(
            self.round.branch == *self.branch.address(),
            FederityError::WrongBranch
        );
        require!(
            self.round.merge == *self.merge.address(),
            FederityError::WrongCommit
        );
        args.location.validate()?;
        if args.blob_hash == [0; 32] && args.location == BlobLocation::default() {
            return Ok(());
        }
        let member = self.member.as_ref();
        let member = member.ok_or(FederityError::BlobNeedsKeeper)?;
        let own = self.round.kind == ROUND_SOLO && self.round.opener == member.wallet;
        let role = if own { ROLE_CONTRIBUTOR } else { ROLE_KEEPER };
        let power = member.authorise(&here, self.authority.address(), 0)?;
        require!(power >= role, FederityError::BlobNeedsKeeper);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<MergeFinish>, args: MergeFinishArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let accounts = &mut ctx.accounts;
    let (round, head) = (*accounts.round.address(), *accounts.merge.address());
    let from = accounts.branch.head;
    let bound = accounts.round.merged_bound()?;
    let travel = accounts.round.travelled(accounts.merge.travel);
    accounts.round.finish()?;
    accounts.branch.advance(&round, head, bound)?;
    accounts.branch.credit(&mut accounts.round)?;
    accounts.repository.discount_lock()?;

    let merge = &mut accounts.merge;
    merge.state = COMMIT_STATE_HISTORY;
    merge.bound = bound.into();
    merge.travel = travel;
    merge.blob_hash = args.blob_hash;
    merge.location = args.location;

    emit_cpi!(HeadMoved {
        branch: *ctx.accounts.branch.address(),
        round,
        from,
        head,
        head_seq: ctx.accounts.branch.head_seq.get(),
        level: ctx.accounts.merge.level,
        bound,
        blob_hash: args.blob_hash,
        location: args.location,
        slot,
    });
    Ok(())
}
