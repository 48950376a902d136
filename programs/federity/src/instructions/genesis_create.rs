//! Creates a branch with its genesis commit: level 0, all points the identity.
//!
//! A base that continues another (layers were added, or a bound is exhausted) names the commit it was made from as its
//! ancestor: the genesis' parent. No vector of one lineage is ever added to one of another. Signed by owner or
//! maintainer. Emits [`GenesisCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{
        ACCOUNT_VERSION, COMMIT_STATE_HISTORY, GENESIS_FRACTION_BITS, KIND_GENESIS, LEVEL_TRAINED,
        MAX_CHUNKS, ROLE_MAINTAINER, ROLE_OWNER,
    },
    context::lineage,
    encoding::is_valid_name,
    seeds,
};

use crate::{
    errors::FederityError,
    events::GenesisCreated,
    instructions::slot,
    state::{BlobLocation, Branch, Commit, Here, Member, Repository, Rules, NONE},
    verifier::sha256,
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct GenesisCreateArgs {
    pub name: [u8; 32],
    pub manifest_hash: [u8; 32],
    /// sha256 of the base blob.
    pub base_hash: [u8; 32],
    /// Where the base blob is.
    pub location: BlobLocation,
    pub chunks: u32,
    pub rules: Rules,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: GenesisCreateArgs)]
pub struct GenesisCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    #[account(mut)]
    pub repository: Account<Repository>,
    /// The commit that the new base was made from, of any branch of the repository; absent for a first base.
    pub ancestor: Option<Account<Commit>>,
    #[account(init, payer = payer, seeds = [seeds::BRANCH, repository.address().as_ref(), args.name.as_ref()], bump)]
    pub branch: Account<Branch>,
    #[account(init, payer = payer, seeds = [seeds::COMMIT, branch.address().as_ref(), branch.address().as_ref()], bump)]
    pub commit: Account<Commit>,
    pub system_program: Program<System>,
}

impl GenesisCreate {
    fn validate(&self, args: &GenesisCreateArgs, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, self.repository.address(), slot)?;
        let power = self
            .member
            .authorise(&here, self.authority.address(), ROLE_MAINTAINER)?;
        require!(is_valid_name(&args.name), FederityError::InvalidName);
        require!(
            (1..=MAX_CHUNKS).contains(&args.chunks),
            FederityError::InvalidChunks
        );
        if let Some(ancestor) = &self.ancestor {
            ancestor.check_ancestor(self.repository.address())?;
        }
        args.location.validate()?;
        args.rules.validate(self.repository.is_insecure())?;
        args.rules.check_new(ROLE_OWNER, power)
    }
}

pub fn handler(ctx: &mut Context<GenesisCreate>, args: GenesisCreateArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let repository = *ctx.accounts.repository.address();
    let branch_address = *ctx.accounts.branch.address();
    let commit_address = *ctx.accounts.commit.address();
    let creator = ctx.accounts.member.wallet;
    let payer = *ctx.accounts.payer.address();
    let lineage = lineage(
        &args.manifest_hash,
        &args.base_hash,
        &ctx.accounts.repository.srs_id,
        args.chunks,
        sha256,
    );
    let (ancestor, ancestor_seq) = match &ctx.accounts.ancestor {
        Some(commit) => (*commit.address(), commit.seq),
        None => (NONE, 0.into()),
    };
    ctx.accounts.repository.count_branch()?;

    let commit = &mut ctx.accounts.commit;
    commit.version = ACCOUNT_VERSION;
    commit.bump = ctx.bumps.commit;
    commit.kind = KIND_GENESIS;
    // Nothing is in it that could be doubted.
    commit.history_level = LEVEL_TRAINED;
    commit.state = COMMIT_STATE_HISTORY;
    commit.flags = ctx.accounts.repository.taint();
    commit.fraction_bits = GENESIS_FRACTION_BITS as u8;
    commit.repository = repository;
    commit.branch = branch_address;
    commit.lineage = lineage;
    commit.round = branch_address;
    commit.parent = ancestor;
    commit.parent_seq = ancestor_seq;
    commit.start = commit_address;
    commit.author = creator;
    commit.payer = payer;
    commit.created_slot = slot.into();
    commit.blob_hash = args.base_hash;
    commit.location = args.location;
    commit.chunks = args.chunks.into();

    let branch = &mut ctx.accounts.branch;
    branch.version = ACCOUNT_VERSION;
    branch.bump = ctx.bumps.branch;
    branch.repository = repository;
    branch.name = args.name;
    branch.creator = creator;
    branch.payer = payer;
    branch.manifest_hash = args.manifest_hash;
    branch.base_hash = args.base_hash;
    branch.rules = args.rules.into();
    branch.created_slot = slot.into();
    branch.start_at(commit_address, &ctx.accounts.commit)?;

    emit_cpi!(GenesisCreated {
        repository,
        branch: branch_address,
        commit: commit_address,
        name: args.name,
        creator,
        ancestor,
        lineage,
        manifest_hash: args.manifest_hash,
        base_hash: args.base_hash,
        location: args.location,
        chunks: args.chunks,
        rules: args.rules,
        slot,
    });
    Ok(())
}
