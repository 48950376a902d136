//! Proposes an update in a round. Its parts (proved units or declared points) follow.
//!
//! Signed by a contributor and up; in a solo or server round by its opener. One commit per author and round. Emits
//! [`CommitCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{
        ACCOUNT_VERSION, COMMIT_STATE_OPEN, KIND_SERVER, KIND_UPDATE, ROLE_CONTRIBUTOR,
        ROLE_KEEPER, ROUND_OPEN, ROUND_SERVER,
    },
    seeds,
};

use crate::{
    errors::FederityError,
    events::CommitCreated,
    instructions::slot,
    state::{BlobLocation, Branch, Commit, Here, KeyPin, Member, Repository, Round, NONE},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct CommitCreateArgs {
    /// sha256 of the delta blob.
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
    pub shift: u8,
    /// Bit 0: sealed.
    pub flags: u8,
    /// Units with a key, chunks without one, that are not zero.
    pub parts: u32,
    pub samples: u32,
    /// In millionths, as declared.
    pub loss: i32,
    /// In millionths, as declared.
    pub accuracy: i32,
    /// In millionths, as declared.
    pub epsilon: u32,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CommitCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    pub branch: Account<Branch>,
    #[account(mut)]
    pub round: Account<Round>,
    pub parent: Account<Commit>,
    /// The pin of the key that all units are proved with; absent at level 0.
    pub key_pin: Option<Account<KeyPin>>,
    #[account(init, payer = payer, seeds = [seeds::COMMIT, round.address().as_ref(), member.wallet.as_ref()], bump)]
    pub commit: Account<Commit>,
    pub system_program: Program<System>,
}

impl CommitCreate {
    /// Returns the number of head moves at which the parent was the head.
    fn validate(&self, args: &CommitCreateArgs, slot: u64) -> Result<u64> {
        let (branch, round) = (&self.branch, &self.round);
        let role = if round.kind == ROUND_SERVER {
            ROLE_KEEPER
        } else {
            ROLE_CONTRIBUTOR
        };
        let here = Here::new(&self.repository, &branch.repository, slot)?;
        self.member
            .authorise(&here, self.authority.address(), role)?;
        require!(
            round.branch == *branch.address(),
            FederityError::WrongBranch
        );
        round.check_proposing(slot)?;
        require!(
            round.kind == ROUND_OPEN || round.opener == self.member.wallet,
            FederityError::Unauthorized
        );
        require!(
            self.parent.lineage == branch.lineage,
            FederityError::LineageMismatch
        );
        let position = branch.position(branch.address(), self.parent.address(), &self.parent)?;
        round.check_staleness(branch, position)?;
        if let Some(pin) = &self.key_pin {
            pin.check_updates(&branch.repository)?;
        }
        args.location.validate()?;
        Ok(position)
    }
}

pub fn handler(ctx: &mut Context<CommitCreate>, args: CommitCreateArgs) -> Result<()> {
    let slot = slot()?;
    let parent_seq = ctx.accounts.validate(&args, slot)?;
    let author = ctx.accounts.member.wallet;
    let (key, unit_size) = match &ctx.accounts.key_pin {
        Some(pin) => (pin.key, pin.n.get()),
        None => (NONE, 0),
    };
    let kind = if ctx.accounts.round.kind == ROUND_SERVER {
        KIND_SERVER
    } else {
        KIND_UPDATE
    };
    let address = *ctx.accounts.commit.address();
    let round_address = *ctx.accounts.round.address();
    let branch_address = *ctx.accounts.branch.address();

    let commit = &mut ctx.accounts.commit;
    commit.version = ACCOUNT_VERSION;
    commit.bump = ctx.bumps.commit;
    commit.kind = kind;
    commit.state = COMMIT_STATE_OPEN;
    commit.shift = args.shift;
    commit.flags = args.flags;
    commit.repository = ctx.accounts.branch.repository;
    commit.branch = branch_address;
    commit.lineage = ctx.accounts.branch.lineage;
    commit.round = round_address;
    commit.parent = *ctx.accounts.parent.address();
    commit.author = author;
    commit.payer = *ctx.accounts.payer.address();
    commit.parent_seq = parent_seq.into();
    commit.created_slot = slot.into();
    commit.blob_hash = args.blob_hash;
    commit.location = args.location;
    commit.key = key;
    commit.unit_size = unit_size.into();
    commit.parts = args.parts.into();
    commit.chunks = ctx.accounts.branch.chunks;
    commit.norm_bound = ctx.accounts.round.rules.norm_bound;
    commit.samples = args.samples.into();
    commit.loss = args.loss.into();
    commit.accuracy = args.accuracy.into();
    commit.epsilon = args.epsilon.into();
    commit.check_shape()?;
    commit.flags |= ctx.accounts.repository.taint();
    ctx.accounts.round.rules.check_declared(commit)?;
    ctx.accounts.round.count_proposal()?;

    emit_cpi!(CommitCreated {
        commit: address,
        repository: ctx.accounts.commit.repository,
        branch: branch_address,
        round: round_address,
        parent: ctx.accounts.commit.parent,
        author,
        kind,
        shift: args.shift,
        flags: ctx.accounts.commit.flags,
        blob_hash: args.blob_hash,
        location: args.location,
        key,
        parts: args.parts,
        samples: args.samples,
        loss: args.loss,
        accuracy: args.accuracy,
        epsilon: args.epsilon,
        slot,
    });
    Ok(())
}
