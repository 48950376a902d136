//! Verifies one unit of an update (L1) and adds its point and norm to the commit's totals.
//!
//! Signed by the author: proving keys are public and the context is no secret, so that a proof shows what a unit is
//! and not who chose it. The program derives chunk and offset from the unit's index and the context from its own
//! accounts. Emits [`UnitProved`].

use crate::prelude::*;
use federity_protocol::{constants::ROLE_CONTRIBUTOR, context::UpdateContext, encoding::UnitPlace};

use crate::{
    errors::FederityError,
    events::UnitProved,
    instructions::slot,
    state::{Commit, Here, KeyPin, Member, Points, Repository, VerifyingKey},
    verifier::{self, Key, Unit},
};

#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct CommitProveArgs {
    /// Index of the unit in the whole vector.
    pub unit: u32,
    /// A (G1), B (G2), C (G1), as the prover writes them.
    pub proof: [u8; 256],
    /// `C_unit`.
    pub point: [u8; 64],
    /// KZG opening of `point` at the challenge.
    pub opening: [u8; 64],
    /// Commitment to the private values.
    pub p: [u8; 32],
    /// Value of the unit's polynomial at the challenge.
    pub y: [u8; 32],
    /// Sum of the squares of the unit's deltas.
    pub norm: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CommitProve {
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    pub key: Account<VerifyingKey>,
    /// A key whose pin was repealed proves nothing any more.
    pub key_pin: Account<KeyPin>,
    #[account(mut)]
    pub commit: Account<Commit>,
    /// The account of the unit's chunk; absent for chunk 0.
    #[account(mut)]
    pub points: Option<Account<Points>>,
}

impl CommitProve {
    /// Refuses wrong accounts, and a unit that cannot count, before any curve is touched.
    fn validate(&self, args: &CommitProveArgs) -> Result<UnitPlace> {
        let here = Here::new(&self.repository, &self.commit.repository, slot()?)?;
        self.member
            .authorise(&here, self.authority.address(), ROLE_CONTRIBUTOR)?;
        require!(
            self.member.wallet == self.commit.author,
            FederityError::Unauthorized
        );
        require!(
            self.commit.key == *self.key.address(),
            FederityError::WrongKey
        );
        self.key_pin.check_updates(&self.commit.repository)?;
        // It may have been pinned anew for units of another size.
        require!(
            self.key_pin.key == self.commit.key && self.key_pin.n == self.commit.unit_size,
            FederityError::KeyNotPinned
        );
        let place = self.commit.unit_place(args.unit)?;
        let chunk = match &self.points {
            Some(points) => {
                points.check(self.commit.address(), place.chunk)?;
                &points.chunk
            }
            None => {
                require!(place.chunk == 0, FederityError::WrongPoints);
                &self.commit.chunk
            }
        };
        require!(
            !chunk.has_part(place.slot),
            FederityError::UnitAlreadyProved
        );
        Ok(place)
    }

    /// What the proof must be bound to.
    fn context(&self, unit: u32) -> [u8; 32] {
        UpdateContext {
            program_id: crate::ID.as_array(),
            cluster: &self.repository.cluster,
            lineage: &self.commit.lineage,
            repository: self.repository.address().as_array(),
            branch: self.commit.branch.as_array(),
            round: self.commit.round.as_array(),
            parent: self.commit.parent.as_array(),
            author: self.commit.author.as_array(),
            commit: self.commit.address().as_array(),
            blob_hash: &self.commit.blob_hash,
            shift: self.commit.shift,
            unit,
            key: self.commit.key.as_array(),
        }
        .hash(verifier::sha256)
    }
}

pub fn handler(ctx: &mut Context<CommitProve>, args: CommitProveArgs) -> Result<()> {
    let place = ctx.accounts.validate(&args)?;
    let unit = Unit {
        proof: &args.proof,
        point: &args.point,
        opening: &args.opening,
        p: &args.p,
        y: &args.y,
        norm: args.norm,
        offset: place.offset,
        sealed: ctx.accounts.commit.is_sealed(),
        context: &ctx.accounts.context(args.unit),
    };
    let key = Key::read(&ctx.accounts.key.bytes).map_err(FederityError::from)?;
    verifier::verify_unit(&key, &ctx.accounts.repository.tau_g2, &unit)
        .map_err(FederityError::from)?;

    let further = ctx.accounts.points.as_mut().map(|points| &mut points.chunk);
    let commit = &mut ctx.accounts.commit;
    commit.record_unit(further, args.unit, &args.point, args.norm)?;

    emit_cpi!(UnitProved {
        commit: *ctx.accounts.commit.address(),
        unit: args.unit,
        p: args.p,
        norm: ctx.accounts.commit.norm.get(),
        parts_done: ctx.accounts.commit.parts_done.get(),
        parts: ctx.accounts.commit.parts.get(),
    });
    Ok(())
}
