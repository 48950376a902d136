//! Moves the head to an operation's result, if the head still is the one it was made for, nobody holds it and no round of
//! the branch waits for its lock.
//!
//! Anyone may do it; the author's membership is shown, and on a protected branch (vote, membership) pairs follow as
//! further accounts, in order of the votes' addresses. Naming the result's blob needs keeper and up, or the author.
//! Emits [`HeadMoved`].

use crate::prelude::*;
use federity_protocol::constants::{ROLE_CONTRIBUTOR, ROLE_KEEPER};

use crate::{
    errors::FederityError,
    events::HeadMoved,
    instructions::slot,
    state::{
        vote::count_votes, Approval, BlobLocation, Branch, Commit, Here, Member, Operation,
        Repository, Round, NONE,
    },
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct OperationFinishArgs {
    /// sha256 of the accumulator's blob, or zero.
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
}

#[event_cpi]
#[derive(Accounts)]
pub struct OperationFinish {
    pub authority: Signer,
    /// The author's membership.
    pub author: Account<Member>,
    /// The authority's membership; absent when no blob is named.
    pub member: Option<Account<Member>>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
    #[account(mut)]
    pub operation: Account<Operation>,
    #[account(mut)]
    pub result: Account<Commit>,
    /// The branch's round in progress; absent when there is none.
    pub current: Option<Account<Round>>,
}

impl OperationFinish {
    fn validate(&self, args: &OperationFinishArgs, votes: &[AccountView], slot: u64) -> Result<()> {
        let (branch, operation) = (&self.branch, &self.operation);
        let here = Here::new(&self.repository, &branch.repository, slot)?;
        require!(
            operation.branch == *branch.address(),
            FederityError::WrongBranch
        );
        require!(
            operation.result == *self.result.address(),
            FederityError::WrongOperation
        );
        if let Some(current) = branch.shown(&self.current, &NONE)? {
            current.check_gives_way(slot)?;
        }
        self.author
            .authorise(&here, &operation.author, branch.operating_role())?;
        require!(
            self.author.wallet == operation.author,
            FederityError::WrongMember
        );
        let votes = count_votes(&here, votes, |vote: &Approval| {
            vote.round == *operation.address() && operation.is_meant_by(vote)
        })?;
        require!(
            votes >= branch.operation_approvals(),
            FederityError::OperationNotApproved
        );
        operation
            .demand
            .check(&branch.rules, branch.rules.protected != 0)?;
        args.location.validate()?;
        if args.blob_hash == [0; 32] && args.location == BlobLocation::default() {
            return Ok(());
        }
        let member = self.member.as_ref();
        let member = member.ok_or(FederityError::BlobNeedsKeeper)?;
        let own = operation.author == member.wallet;
        let role = if own { ROLE_CONTRIBUTOR } else { ROLE_KEEPER };
        let power = member.authorise(&here, self.authority.address(), 0)?;
        require!(power >= role, FederityError::BlobNeedsKeeper);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<OperationFinish>, args: OperationFinishArgs) -> Result<()> {
    let slot = slot()?;
    let votes = ctx.remaining_accounts()?;
    ctx.accounts.validate(&args, &votes, slot)?;
    let operation = *ctx.accounts.operation.address();
    let accounts = &mut ctx.accounts;
    let from = accounts.branch.head;
    accounts
        .operation
        .finish(&mut accounts.result, &mut accounts.branch)?;
    accounts.result.blob_hash = args.blob_hash;
    accounts.result.location = args.location;

    emit_cpi!(HeadMoved {
        branch: *ctx.accounts.branch.address(),
        round: operation,
        from,
        head: *ctx.accounts.result.address(),
        head_seq: ctx.accounts.branch.head_seq.get(),
        level: ctx.accounts.result.level,
        bound: ctx.accounts.result.bound.get(),
        blob_hash: args.blob_hash,
        location: args.location,
        slot,
    });
    Ok(())
}
