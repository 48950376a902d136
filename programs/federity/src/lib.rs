//! The Solana program of Federity: decides history and merges, and verifies proofs.
//!
//! This file is the program's id and one line of dispatch per instruction.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use anchor_lang::prelude::*;

pub mod errors;
pub mod events;
// Anchor's derive binds the arguments in functions that do not all use them.
#[allow(unused_variables)]
pub mod instructions;
pub mod prelude;
pub mod state;
pub mod token;
pub mod verifier;

use instructions::*;

// The development deployment: its key pair is made from the public seed sha256("federity/program/dev/v1").
declare_id!("EarGA1FzJdyzfTJ1ue8PdTaQXkrRC5ADR6xJYdEeAaKL");

#[program]
pub mod federity {
    use super::*;

    pub fn repository_create(
        ctx: &mut Context<RepositoryCreate>,
        args: RepositoryCreateArgs,
    ) -> Result<()> {
        repository_create::handler(ctx, args)
    }

    pub fn repository_fork(
        ctx: &mut Context<RepositoryFork>,
        args: RepositoryForkArgs,
    ) -> Result<()> {
        repository_fork::handler(ctx, args)
    }

    pub fn member_add(ctx: &mut Context<MemberAdd>, args: MemberAddArgs) -> Result<()> {
        member_add::handler(ctx, args)
    }

    pub fn member_remove(ctx: &mut Context<MemberRemove>) -> Result<()> {
        member_remove::handler(ctx)
    }

    pub fn member_role(ctx: &mut Context<MemberRole>, args: MemberRoleArgs) -> Result<()> {
        member_role::handler(ctx, args)
    }

    pub fn repository_offer(
        ctx: &mut Context<RepositoryOffer>,
        args: RepositoryOfferArgs,
    ) -> Result<()> {
        repository_offer::handler(ctx, args)
    }

    pub fn repository_accept(ctx: &mut Context<RepositoryAccept>) -> Result<()> {
        repository_accept::handler(ctx)
    }

    pub fn repository_archive(
        ctx: &mut Context<RepositoryArchive>,
        args: RepositoryArchiveArgs,
    ) -> Result<()> {
        repository_archive::handler(ctx, args)
    }

    pub fn member_delegate(
        ctx: &mut Context<MemberDelegate>,
        args: MemberDelegateArgs,
    ) -> Result<()> {
        member_delegate::handler(ctx, args)
    }

    pub fn key_create(ctx: &mut Context<KeyCreate>, args: KeyCreateArgs) -> Result<()> {
        key_create::handler(ctx, args)
    }

    pub fn key_pin(ctx: &mut Context<KeyPinCreate>, args: KeyPinArgs) -> Result<()> {
        key_pin::handler(ctx, args)
    }

    pub fn key_repeal(ctx: &mut Context<KeyRepeal>) -> Result<()> {
        key_repeal::handler(ctx)
    }

    pub fn genesis_create(ctx: &mut Context<GenesisCreate>, args: GenesisCreateArgs) -> Result<()> {
        genesis_create::handler(ctx, args)
    }

    pub fn branch_create(ctx: &mut Context<BranchCreate>, args: BranchCreateArgs) -> Result<()> {
        branch_create::handler(ctx, args)
    }

    pub fn branch_protect(ctx: &mut Context<BranchProtect>, args: BranchProtectArgs) -> Result<()> {
        branch_protect::handler(ctx, args)
    }

    pub fn round_open(ctx: &mut Context<RoundOpen>, args: RoundOpenArgs) -> Result<()> {
        round_open::handler(ctx, args)
    }

    pub fn round_lock(ctx: &mut Context<RoundLock>) -> Result<()> {
        round_lock::handler(ctx)
    }

    pub fn round_expire(ctx: &mut Context<RoundExpire>) -> Result<()> {
        round_expire::handler(ctx)
    }

    pub fn round_close(ctx: &mut Context<RoundClose>) -> Result<()> {
        round_close::handler(ctx)
    }

    pub fn commit_create(ctx: &mut Context<CommitCreate>, args: CommitCreateArgs) -> Result<()> {
        commit_create::handler(ctx, args)
    }

    pub fn commit_declare(ctx: &mut Context<CommitDeclare>, args: CommitDeclareArgs) -> Result<()> {
        commit_declare::handler(ctx, args)
    }

    pub fn commit_prove(ctx: &mut Context<CommitProve>, args: CommitProveArgs) -> Result<()> {
        commit_prove::handler(ctx, args)
    }

    pub fn commit_accept(ctx: &mut Context<CommitAccept>) -> Result<()> {
        commit_accept::handler(ctx)
    }

    pub fn commit_close(ctx: &mut Context<CommitClose>) -> Result<()> {
        commit_close::handler(ctx)
    }

    pub fn points_create(ctx: &mut Context<PointsCreate>, args: PointsCreateArgs) -> Result<()> {
        points_create::handler(ctx, args)
    }

    pub fn points_close(ctx: &mut Context<PointsClose>) -> Result<()> {
        points_close::handler(ctx)
    }

    pub fn review_create(ctx: &mut Context<ReviewCreate>, args: ReviewCreateArgs) -> Result<()> {
        review_create::handler(ctx, args)
    }

    pub fn review_void(ctx: &mut Context<ReviewVoid>) -> Result<()> {
        review_void::handler(ctx)
    }

    pub fn round_cancel(ctx: &mut Context<RoundCancel>) -> Result<()> {
        round_cancel::handler(ctx)
    }

    pub fn weights_write(ctx: &mut Context<WeightsWrite>, args: WeightsWriteArgs) -> Result<()> {
        weights_write::handler(ctx, args)
    }

    pub fn merge_approve(ctx: &mut Context<MergeApprove>, args: MergeApproveArgs) -> Result<()> {
        merge_approve::handler(ctx, args)
    }

    pub fn merge_begin(ctx: &mut Context<MergeBegin>) -> Result<()> {
        merge_begin::handler(ctx)
    }

    pub fn merge_extend(ctx: &mut Context<MergeExtend>, args: MergeExtendArgs) -> Result<()> {
        merge_extend::handler(ctx, args)
    }

    pub fn merge_add(ctx: &mut Context<MergeAdd>, args: MergeAddArgs) -> Result<()> {
        merge_add::handler(ctx, args)
    }

    pub fn merge_finish(ctx: &mut Context<MergeFinish>, args: MergeFinishArgs) -> Result<()> {
        merge_finish::handler(ctx, args)
    }

    pub fn operation_create(
        ctx: &mut Context<OperationCreate>,
        args: OperationCreateArgs,
    ) -> Result<()> {
        operation_create::handler(ctx, args)
    }

    pub fn operation_approve(ctx: &mut Context<OperationApprove>) -> Result<()> {
        operation_approve::handler(ctx)
    }

    pub fn operation_extend(
        ctx: &mut Context<OperationExtend>,
        args: OperationExtendArgs,
    ) -> Result<()> {
        operation_extend::handler(ctx, args)
    }

    pub fn operation_add(ctx: &mut Context<OperationAdd>, args: OperationAddArgs) -> Result<()> {
        operation_add::handler(ctx, args)
    }

    pub fn operation_finish(
        ctx: &mut Context<OperationFinish>,
        args: OperationFinishArgs,
    ) -> Result<()> {
        operation_finish::handler(ctx, args)
    }

    pub fn operation_trim(ctx: &mut Context<OperationTrim>) -> Result<()> {
        operation_trim::handler(ctx)
    }

    pub fn operation_close(ctx: &mut Context<OperationClose>) -> Result<()> {
        operation_close::handler(ctx)
    }

    pub fn tag_create(ctx: &mut Context<TagCreate>, args: TagCreateArgs) -> Result<()> {
        tag_create::handler(ctx, args)
    }

    pub fn tag_move(ctx: &mut Context<TagMove>, args: TagMoveArgs) -> Result<()> {
        tag_move::handler(ctx, args)
    }

    pub fn tag_close(ctx: &mut Context<TagClose>) -> Result<()> {
        tag_close::handler(ctx)
    }

    pub fn location_create(
        ctx: &mut Context<LocationCreate>,
        args: LocationCreateArgs,
    ) -> Result<()> {
        location_create::handler(ctx, args)
    }

    pub fn record_close(ctx: &mut Context<RecordClose>) -> Result<()> {
        record_close::handler(ctx)
    }

    pub fn nft_mint_repository(
        ctx: &mut Context<NftMintRepository>,
        args: NftMintRepositoryArgs,
    ) -> Result<()> {
        nft_mint_repository::handler(ctx, args)
    }

    pub fn nft_mint_commit(
        ctx: &mut Context<NftMintCommit>,
        args: NftMintCommitArgs,
    ) -> Result<()> {
        nft_mint_commit::handler(ctx, args)
    }

    pub fn repository_claim(ctx: &mut Context<RepositoryClaim>) -> Result<()> {
        repository_claim::handler(ctx)
    }

    pub fn sale_list(ctx: &mut Context<SaleList>, args: SaleListArgs) -> Result<()> {
        sale_list::handler(ctx, args)
    }

    pub fn sale_buy(ctx: &mut Context<SaleBuy>, args: SaleBuyArgs) -> Result<()> {
        sale_buy::handler(ctx, args)
    }

    pub fn sale_cancel(ctx: &mut Context<SaleCancel>) -> Result<()> {
        sale_cancel::handler(ctx)
    }

    pub fn sale_claim(ctx: &mut Context<SaleClaim>) -> Result<()> {
        sale_claim::handler(ctx)
    }

    pub fn sale_sweep(ctx: &mut Context<SaleSweep>) -> Result<()> {
        sale_sweep::handler(ctx)
    }

    pub fn remark_create(ctx: &mut Context<RemarkCreate>, args: RemarkCreateArgs) -> Result<()> {
        remark_create::handler(ctx, args)
    }
}
