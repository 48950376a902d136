//! Gives a commit that is or was a head a name that stays.
//!
//! Signed by owner or maintainer. Emits [`TagCreated`].

use crate::prelude::*;
use federity_protocol::{constants::ACCOUNT_VERSION, encoding::is_valid_name, seeds};

use crate::{
    errors::FederityError,
    events::TagCreated,
    instructions::slot,
    state::{tag::check_tagging, Branch, Commit, Here, Member, Repository, Tag},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct TagCreateArgs {
    pub name: [u8; 32],
    /// sha256 of what the tagger says about it, or zero.
    pub note_hash: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: TagCreateArgs)]
pub struct TagCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    pub commit: Account<Commit>,
    /// For a commit of another repository, a branch of this one of the same lineage; else absent.
    pub branch: Option<Account<Branch>>,
    #[account(init, payer = payer, seeds = [seeds::TAG, repository.address().as_ref(), args.name.as_ref()], bump)]
    pub tag: Account<Tag>,
    pub system_program: Program<System>,
}

impl TagCreate {
    fn validate(&self, args: &TagCreateArgs, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, self.repository.address(), slot)?;
        require!(is_valid_name(&args.name), FederityError::InvalidName);
        check_tagging(
            &here,
            &self.member,
            self.authority.address(),
            &self.commit,
            &self.branch,
        )
    }
}

pub fn handler(ctx: &mut Context<TagCreate>, args: TagCreateArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let repository = *ctx.accounts.repository.address();
    let commit = *ctx.accounts.commit.address();
    let tagger = ctx.accounts.member.wallet;

    let tag = &mut ctx.accounts.tag;
    tag.version = ACCOUNT_VERSION;
    tag.bump = ctx.bumps.tag;
    tag.repository = repository;
    tag.name = args.name;
    tag.payer = *ctx.accounts.payer.address();
    tag.point(commit, tagger, args.note_hash, slot);

    emit_cpi!(TagCreated {
        repository,
        tag: *ctx.accounts.tag.address(),
        name: args.name,
        commit,
        tagger,
        note_hash: args.note_hash,
        slot,
    });
    Ok(())
}
