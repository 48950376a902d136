//! Says something of an operation, or of a commit of a round, whatever became of it.
//!
//! Signed by a member of any role. It is no vote: those are reviews and approvals. The same words once more change the
//! verdict and the slot. Emits [`RemarkCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_READER},
    seeds,
};

use crate::{
    errors::FederityError,
    events::RemarkCreated,
    instructions::slot,
    state::{cast, check_remark, Commit, Here, Member, Operation, Remark, Repository},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RemarkCreateArgs {
    /// 1 approve, 2 reject, 3 comment.
    pub verdict: u8,
    /// sha256 of the words: part of the remark's address.
    pub note_hash: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: RemarkCreateArgs)]
pub struct RemarkCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    /// An operation, or an update.
    pub subject: UncheckedAccount,
    #[account(init_if_needed, payer = payer, seeds = [seeds::REMARK, subject.address().as_ref(), member.wallet.as_ref(), args.note_hash.as_ref()], bump)]
    pub remark: Account<Remark>,
    pub system_program: Program<System>,
}

impl RemarkCreate {
    fn validate(&self, args: &RemarkCreateArgs, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.about()?, slot)?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_READER)?;
        check_remark(args.verdict, &args.note_hash)
    }

    /// The repository of what is spoken of.
    fn about(&self) -> Result<Address> {
        let view = self.subject.account();
        let data = view.try_borrow()?;
        if let Ok(operation) = cast::<Operation>(view, &data) {
            return Ok(operation.repository);
        }
        let commit = cast::<Commit>(view, &data)?;
        require!(commit.is_update(), FederityError::WrongCommit);
        Ok(commit.repository)
    }
}

pub fn handler(ctx: &mut Context<RemarkCreate>, args: RemarkCreateArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let repository = *ctx.accounts.repository.address();
    let subject = *ctx.accounts.subject.address();
    let author = ctx.accounts.member.wallet;
    let payer = *ctx.accounts.payer.address();

    let remark = &mut ctx.accounts.remark;
    if remark.version == 0 {
        remark.version = ACCOUNT_VERSION;
        remark.bump = ctx.bumps.remark;
        remark.repository = repository;
        remark.subject = subject;
        remark.author = author;
        remark.payer = payer;
        remark.note_hash = args.note_hash;
    }
    remark.verdict = args.verdict;
    remark.slot = slot.into();

    emit_cpi!(RemarkCreated {
        subject,
        author,
        verdict: args.verdict,
        note_hash: args.note_hash,
        slot,
    });
    Ok(())
}
