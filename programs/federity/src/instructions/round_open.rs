//! Opens a round on a branch and copies the branch's rules into it.
//!
//! Signed by keeper and up; a solo round (a push of one's own to an unprotected branch) by contributor and up.
//! Emits [`RoundOpened`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_CONTRIBUTOR, ROLE_KEEPER, ROUND_SOLO, ROUND_STATE_OPEN},
    seeds,
};

use crate::{
    events::RoundOpened,
    instructions::slot,
    state::{Branch, Here, Member, Repository, Round},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct RoundOpenArgs {
    /// 1 open, 2 solo, 3 server.
    pub kind: u8,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: RoundOpenArgs)]
pub struct RoundOpen {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    #[account(mut)]
    pub branch: Account<Branch>,
    #[account(init, payer = payer, seeds = [seeds::ROUND, branch.address().as_ref(), branch.round_count.get().to_le_bytes()], bump)]
    pub round: Account<Round>,
    pub system_program: Program<System>,
}

impl RoundOpen {
    fn validate(&self, args: &RoundOpenArgs, slot: u64) -> Result<()> {
        let role = if args.kind == ROUND_SOLO {
            ROLE_CONTRIBUTOR
        } else {
            ROLE_KEEPER
        };
        let here = Here::new(&self.repository, &self.branch.repository, slot)?;
        self.member
            .authorise(&here, self.authority.address(), role)?;
        self.branch.check_round(args.kind)
    }
}

pub fn handler(ctx: &mut Context<RoundOpen>, args: RoundOpenArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let address = *ctx.accounts.round.address();
    let branch_address = *ctx.accounts.branch.address();
    let opener = ctx.accounts.member.wallet;
    let index = ctx.accounts.branch.open_round(args.kind, address)?;

    let branch = &ctx.accounts.branch;
    let round = &mut ctx.accounts.round;
    round.version = ACCOUNT_VERSION;
    round.bump = ctx.bumps.round;
    round.kind = args.kind;
    round.state = ROUND_STATE_OPEN;
    round.repository = branch.repository;
    round.branch = branch_address;
    round.lineage = branch.lineage;
    round.index = index.into();
    round.opener = opener;
    round.payer = *ctx.accounts.payer.address();
    round.rules = branch.rules;
    round.chunks = branch.chunks;
    round.opened_seq = branch.head_seq;
    round.schedule(slot)?;

    emit_cpi!(RoundOpened {
        round: address,
        branch: branch_address,
        index,
        kind: args.kind,
        opener,
        rules: ctx.accounts.round.rules.into(),
        slot,
    });
    Ok(())
}
