//! Moves a tag to another commit, by force: names are given to stay, and its history shows every move.
//!
//! Signed by owner or maintainer. Emits [`TagMoved`].

use crate::prelude::*;

use crate::{
    events::TagMoved,
    instructions::slot,
    state::{tag::check_tagging, Branch, Commit, Here, Member, Repository, Tag},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct TagMoveArgs {
    /// The commit that it named until now.
    pub before: Address,
    /// sha256 of what the tagger says about it, or zero.
    pub note_hash: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
pub struct TagMove {
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    pub commit: Account<Commit>,
    /// For a commit of another repository, a branch of this one of the same lineage; else absent.
    pub branch: Option<Account<Branch>>,
    #[account(mut)]
    pub tag: Account<Tag>,
}

impl TagMove {
    fn validate(&self, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.tag.repository, slot)?;
        check_tagging(
            &here,
            &self.member,
            self.authority.address(),
            &self.commit,
            &self.branch,
        )
    }
}

pub fn handler(ctx: &mut Context<TagMove>, args: TagMoveArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(slot)?;
    let commit = *ctx.accounts.commit.address();
    let tagger = ctx.accounts.member.wallet;
    let tag = &mut ctx.accounts.tag;
    tag.leave(&args.before)?;
    tag.point(commit, tagger, args.note_hash, slot);

    emit_cpi!(TagMoved {
        tag: *ctx.accounts.tag.address(),
        from: args.before,
        commit,
        tagger,
        note_hash: args.note_hash,
        moves: ctx.accounts.tag.moves.get(),
        slot,
    });
    Ok(())
}
