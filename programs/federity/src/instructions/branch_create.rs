//! Creates a branch at a commit that is in the history of another branch, of this repository or of one with the same
//! reference string.
//!
//! Signed by owner or maintainer. Emits [`BranchCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{ACCOUNT_VERSION, ROLE_MAINTAINER, ROLE_OWNER},
    encoding::is_valid_name,
    seeds,
};

use crate::{
    errors::FederityError,
    events::BranchCreated,
    instructions::slot,
    state::{Branch, Commit, Here, Member, Repository, Rules},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct BranchCreateArgs {
    pub name: [u8; 32],
    pub rules: Rules,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: BranchCreateArgs)]
pub struct BranchCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    #[account(mut)]
    pub repository: Account<Repository>,
    /// The branch that the commit belongs to: its manifest and base are the new branch's.
    pub source: Account<Branch>,
    pub commit: Account<Commit>,
    /// The repository that the commit is of; absent where that is this one.
    pub origin: Option<Account<Repository>>,
    #[account(init, payer = payer, seeds = [seeds::BRANCH, repository.address().as_ref(), args.name.as_ref()], bump)]
    pub branch: Account<Branch>,
    pub system_program: Program<System>,
}

impl BranchCreate {
    fn validate(&self, args: &BranchCreateArgs, slot: u64) -> Result<()> {
        let repository = self.repository.address();
        let here = Here::new(&self.repository, repository, slot)?;
        let power = self
            .member
            .authorise(&here, self.authority.address(), ROLE_MAINTAINER)?;
        require!(is_valid_name(&args.name), FederityError::InvalidName);
        let floor = match &self.origin {
            None => {
                require!(
                    self.commit.repository == *repository,
                    FederityError::WrongRepository
                );
                self.source.rules.rules_role
            }
            Some(origin) => {
                require!(
                    self.commit.repository == *origin.address(),
                    FederityError::WrongRepository
                );
                require!(
                    self.repository.srs_id == origin.srs_id,
                    FederityError::SrsMismatch
                );
                // What another repository asks of its rules binds nobody here.
                ROLE_OWNER
            }
        };
        self.repository.check_takes(&self.commit)?;
        require!(
            self.commit.branch == *self.source.address(),
            FederityError::WrongBranch
        );
        args.rules.validate(self.repository.is_insecure())?;
        args.rules.check_new(floor, power)
    }
}

pub fn handler(ctx: &mut Context<BranchCreate>, args: BranchCreateArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(&args, slot)?;
    let repository = *ctx.accounts.repository.address();
    let fork_point = *ctx.accounts.commit.address();
    let creator = ctx.accounts.member.wallet;
    let payer = *ctx.accounts.payer.address();
    ctx.accounts.repository.count_branch()?;

    let (manifest_hash, base_hash) = (
        ctx.accounts.source.manifest_hash,
        ctx.accounts.source.base_hash,
    );
    let branch = &mut ctx.accounts.branch;
    branch.start_at(fork_point, &ctx.accounts.commit)?;
    branch.version = ACCOUNT_VERSION;
    branch.bump = ctx.bumps.branch;
    branch.repository = repository;
    branch.name = args.name;
    branch.creator = creator;
    branch.payer = payer;
    branch.manifest_hash = manifest_hash;
    branch.base_hash = base_hash;
    branch.rules = args.rules.into();
    branch.created_slot = slot.into();

    emit_cpi!(BranchCreated {
        repository,
        branch: *ctx.accounts.branch.address(),
        name: args.name,
        creator,
        lineage: ctx.accounts.branch.lineage,
        fork_point,
        rules: args.rules,
        slot,
    });
    Ok(())
}
