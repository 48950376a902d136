//! Adds accepted commits to one chunk of the merge: `C += w' * C_i`, by the program.
//!
//! Anyone may do it, any chunk first; inside a chunk the commits come in order of index, and one that is in already is
//! skipped, so that nobody's call fails because somebody else's was first. For chunk 0 the commits follow as further
//! accounts; for another chunk pairs of a commit and its points. With the last commit the sum must be the point that
//! the caller expects. Emits [`MergeAdded`].

use crate::prelude::*;
use federity_protocol::encoding::field_from_u64;

use crate::{
    errors::FederityError,
    events::MergeAdded,
    state::{cast, cast_mut, Commit, Points, Round},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct MergeAddArgs {
    pub chunk: u32,
    /// What the chunk's sum is when every accepted commit is in.
    pub expected: [u8; 64],
}

#[event_cpi]
#[derive(Accounts)]
pub struct MergeAdd {
    #[account(mut)]
    pub round: Account<Round>,
    /// The merge commit for chunk 0, else the chunk's points.
    #[account(mut)]
    pub target: UncheckedAccount,
}

impl MergeAdd {
    fn validate(&self) -> Result<()> {
        self.round.check_locked()?;
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<MergeAdd>, args: MergeAddArgs) -> Result<()> {
    ctx.accounts.validate()?;
    let parts = ctx.remaining_accounts()?;
    require!(!parts.is_empty(), FederityError::NothingToAdd);
    let address = *ctx.accounts.round.address();
    let target = *ctx.accounts.target.account();
    let round = &mut ctx.accounts.round;
    let mut account = target;
    let mut data = account.try_borrow_mut()?;
    let (before, after, point) = if args.chunk == 0 {
        let merge: &mut Commit = cast_mut(&target, &mut data)?;
        require!(*target.address() == round.merge, FederityError::WrongCommit);
        let before = merge.chunk.added;
        for view in parts {
            add_first(round, &address, merge, view)?;
        }
        (before, merge.chunk.added, merge.chunk.point)
    } else {
        let points: &mut Points = cast_mut(&target, &mut data)?;
        points.check(&round.merge, args.chunk)?;
        let (pairs, rest) = parts.as_chunks::<2>();
        require!(rest.is_empty(), FederityError::WrongPoints);
        let before = points.chunk.added;
        for pair in pairs {
            add_further(round, &address, points, *pair)?;
        }
        (before, points.chunk.added, points.chunk.point)
    };
    drop(data);
    if after != before {
        round.count_chunk(after.get(), &point, &args.expected)?;
    }
    emit_cpi!(MergeAdded {
        round: address,
        merge: ctx.accounts.round.merge,
        chunk: args.chunk,
        added: after.get(),
        point,
    });
    Ok(())
}

fn add_first(
    round: &mut Round,
    address: &Address,
    merge: &mut Commit,
    view: AccountView,
) -> Result<()> {
    let data = view.try_borrow()?;
    let commit: &Commit = cast(&view, &data)?;
    let factor = round.factor_of(address, commit)?;
    if !merge.chunk.awaits(commit.index.get())? {
        return Ok(());
    }
    merge
        .chunk
        .take(&commit.chunk.point, &field_from_u64(factor))?;
    if factor != 0 {
        merge.lower_levels(commit.level);
        merge.flags |= commit.flags;
    }
    round.count_weight(round.weight_of(commit), factor)
}

fn add_further(
    round: &Round,
    address: &Address,
    merge: &mut Points,
    [commit_view, points_view]: [AccountView; 2],
) -> Result<()> {
    let commit_data = commit_view.try_borrow()?;
    let commit: &Commit = cast(&commit_view, &commit_data)?;
    let factor = round.factor_of(address, commit)?;
    let data = points_view.try_borrow()?;
    let points: &Points = cast(&points_view, &data)?;
    points.check(commit_view.address(), merge.index.get())?;
    if merge.chunk.awaits(commit.index.get())? {
        merge
            .chunk
            .take(&points.chunk.point, &field_from_u64(factor))?;
    }
    Ok(())
}
