//! Adds accepted commits to one chunk of the merge: `C += w' * C_i`, by the program.
//!
//! Anyone may do it, in any order; each commit counts once per chunk. For chunk 0 the commits follow as further
//! accounts (writable); for another chunk pairs of a commit and its points (writable). With the last commit the sum
//! must be the point that the caller expects. Emits [`MergeAdded`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::MergeAdded,
    state::{cast, cast_mut, Chunk, Commit, Points, Round},
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
    // A chunk is counted when its last commit is added, so a call must add something.
    require!(!parts.is_empty(), FederityError::NothingToAdd);
    let address = *ctx.accounts.round.address();
    let target = *ctx.accounts.target.account();
    let round = &mut ctx.accounts.round;
    let (added, point) = if args.chunk == 0 {
        let mut account = target;
        let mut data = account.try_borrow_mut()?;
        let merge: &mut Commit = cast_mut(&target, &mut data)?;
        require!(*target.address() == round.merge, FederityError::WrongCommit);
        for view in parts {
            add_first(round, &address, &mut merge.chunk, view)?;
        }
        round.check_sum(&merge.chunk, &args.expected)?;
        (merge.chunk.added.get(), merge.chunk.point)
    } else {
        let mut account = target;
        let mut data = account.try_borrow_mut()?;
        let points: &mut Points = cast_mut(&target, &mut data)?;
        points.check(&round.merge, args.chunk)?;
        let (pairs, rest) = parts.as_chunks::<2>();
        require!(rest.is_empty(), FederityError::WrongPoints);
        for pair in pairs {
            add_further(round, &address, points, *pair)?;
        }
        round.check_sum(&points.chunk, &args.expected)?;
        (points.chunk.added.get(), points.chunk.point)
    };
    emit_cpi!(MergeAdded {
        round: address,
        merge: ctx.accounts.round.merge,
        chunk: args.chunk,
        added,
        point,
    });
    Ok(())
}

fn add_first(
    round: &mut Round,
    address: &Address,
    merge: &mut Chunk,
    view: AccountView,
) -> Result<()> {
    let mut account = view;
    let mut data = account.try_borrow_mut()?;
    let commit: &mut Commit = cast_mut(&view, &mut data)?;
    let (weight, scaled) = round.scaled_weight(address, commit)?;
    merge.merge(&mut commit.chunk, scaled, round.attempt.get())?;
    round.count_weight(scaled)?;
    commit.weight = weight.into();
    Ok(())
}

fn add_further(
    round: &Round,
    address: &Address,
    merge: &mut Points,
    [commit_view, points_view]: [AccountView; 2],
) -> Result<()> {
    let commit_data = commit_view.try_borrow()?;
    let commit: &Commit = cast(&commit_view, &commit_data)?;
    let (_, scaled) = round.scaled_weight(address, commit)?;
    let mut account = points_view;
    let mut data = account.try_borrow_mut()?;
    let points: &mut Points = cast_mut(&points_view, &mut data)?;
    points.check(commit_view.address(), merge.index.get())?;
    merge
        .chunk
        .merge(&mut points.chunk, scaled, round.attempt.get())
}
