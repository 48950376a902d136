//! A head that is a stated sum of stated commits. Seeds: `operation`, branch, [`operation_id`]: its address is its
//! content, so to approve it is to approve these very terms on this very head.

use anchor_lang::{
    bytemuck::{Pod, Zeroable},
    prelude::*,
};
use federity_protocol::{
    constants::{
        COMMIT_STATE_HISTORY, OPERATION_LIMIT, OPERATION_STATE_ABANDONED, OPERATION_STATE_DONE,
        OPERATION_STATE_OPEN, OPERATION_TERMS, ROLE_CONTRIBUTOR, ROLE_MAINTAINER, ROLE_READER,
        TERM_UPDATE, TERM_ZERO, WEIGHT_BITS,
    },
    encoding::{field_from_u64, negated_field},
    Bytes32, G1,
};

use crate::{
    errors::FederityError,
    state::{Approval, Branch, Chunk, Commit, Here, Member},
};

mod demand;
mod operand;
mod reach;
mod terms;
#[cfg(test)]
mod tests;

pub use {
    demand::Demand,
    operand::{result_fraction, Operand},
    reach::{reach, Reach},
    terms::{check_terms, operation_id, TermArgs},
};

/// A term as it was named, and how the program computes with it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
pub struct Term {
    pub commit: Address,
    /// 1 history, 2 update, 3 genesis: the zero vector, which adds nothing.
    pub kind: u8,
    /// 1: taken away.
    pub negative: u8,
    /// Over `2^m` of a head, Q16 of an update.
    pub factor: PodU32,
    /// Number of the term it is paired with; 255: none.
    pub pair: u8,
    /// The point's scalar is `factor * 2^scale`.
    pub scale: u8,
}

const _: () = assert!(core::mem::size_of::<Term>() == 40);

#[account]
pub struct Operation {
    pub version: u8,
    pub bump: u8,
    /// 1 open, 2 done, 3 abandoned.
    pub state: u8,
    /// The sum of the terms is over `2^m`.
    pub m: u8,
    /// `f` of the result.
    pub fraction_bits: u8,
    pub terms_count: u8,
    pub repository: Address,
    pub branch: Address,
    /// The head it is made for, and its number of moves.
    pub head: Address,
    pub head_seq: PodU64,
    pub author: Address,
    pub payer: Address,
    /// The commit that the head moves to.
    pub result: Address,
    /// sha256 of what the author says about it; zero: nothing.
    pub note_hash: [u8; 32],
    pub created_slot: PodU64,
    pub chunks: PodU32,
    /// Chunks of the result that are whole.
    pub chunks_done: PodU32,
    pub demand: Demand,
    pub terms: [Term; 8],
    pub reserved: [u8; 64],
}

const _: () = assert!(core::mem::size_of::<Operation>() == 652);
const _: () = assert!(OPERATION_TERMS == 8);

impl Operation {
    /// The terms, in order of their addresses.
    pub fn named(&self) -> &[Term] {
        let count = usize::from(self.terms_count);
        self.terms.get(..count).unwrap_or(&self.terms)
    }

    /// Writes down the next term, with the scalar of its points: fixed from here on.
    pub fn name(&mut self, operand: &Operand, term: &TermArgs) -> Result<()> {
        let kind = operand.kind();
        let used = if kind == TERM_UPDATE {
            WEIGHT_BITS.checked_add(operand.commit.shift.into())
        } else {
            u32::from(operand.commit.fraction_bits).checked_add(self.m.into())
        };
        let scale = used.and_then(|used| u32::from(self.fraction_bits).checked_sub(used));
        let scale = scale.ok_or(FederityError::FractionExceeded)?;
        let slot = self.terms.get_mut(usize::from(self.terms_count));
        *slot.ok_or(FederityError::InvalidTerms)? = Term {
            commit: operand.address,
            kind,
            negative: term.negative.into(),
            factor: term.factor.into(),
            pair: term.pair,
            scale: scale as u8,
        };
        self.terms_count = self.terms_count.saturating_add(1);
        Ok(())
    }

    pub fn check_open(&self) -> Result<()> {
        require!(
            self.state == OPERATION_STATE_OPEN,
            FederityError::OperationNotOpen
        );
        Ok(())
    }

    /// Adds the point of `operand` to a chunk of the result, when it is the one that comes next.
    pub fn add(&self, chunk: &mut Chunk, operand: &Address, point: &G1) -> Result<()> {
        let mut index = 0u32;
        for term in self.named() {
            if term.commit == *operand {
                if term.kind != TERM_ZERO && chunk.awaits(index)? {
                    chunk.take(point, &term.scalar())?;
                    self.pass_zeros(chunk)?;
                }
                return Ok(());
            }
            index = index.wrapping_add(1);
        }
        Err(FederityError::WrongCommit.into())
    }

    /// Goes past operands that add nothing; a chunk begins with it.
    pub fn pass_zeros(&self, chunk: &mut Chunk) -> Result<()> {
        let next = chunk.added.get() as usize;
        let rest = self.named().get(next..).unwrap_or_default();
        for _ in rest.iter().take_while(|term| term.kind == TERM_ZERO) {
            chunk.pass()?;
        }
        Ok(())
    }

    /// Whether every operand is in a chunk.
    pub fn is_whole(&self, chunk: &Chunk) -> bool {
        chunk.added.get() == u32::from(self.terms_count)
    }

    /// Counts a chunk of the result that has become whole.
    pub fn count_chunk(&mut self) -> Result<()> {
        let done = self.chunks_done.get().checked_add(1);
        self.chunks_done = done.ok_or(FederityError::CounterOverflow)?.into();
        Ok(())
    }

    /// Ends a finished operation: its result becomes the head of `branch` if that still is where it began.
    pub fn finish(&mut self, result: &mut Commit, branch: &mut Branch) -> Result<()> {
        self.check_open()?;
        require!(
            self.chunks_done == self.chunks,
            FederityError::OperationIncomplete
        );
        branch.swap(&self.head, self.result, result)?;
        self.state = OPERATION_STATE_DONE;
        result.state = COMMIT_STATE_HISTORY;
        Ok(())
    }

    /// Whether the head has left it behind: heads never come back, so it can never be finished.
    pub fn is_stale(&self, branch: &Branch) -> bool {
        branch.head != self.head
    }

    /// Gives it up: nothing is added any more and it never ends.
    pub fn abandon(&mut self) -> Result<()> {
        require!(
            self.state != OPERATION_STATE_DONE,
            FederityError::OperationNotOpen
        );
        self.state = OPERATION_STATE_ABANDONED;
        Ok(())
    }

    /// Whether a vote for its address is for this one: an operation that was closed and made again there, or that says
    /// something else beside its terms, is another.
    pub fn is_meant_by(&self, vote: &Approval) -> bool {
        vote.attempt == self.created_slot && vote.set_hash == self.note_hash
    }

    /// Whether the member who signs may give it up while it could still be finished: its author, and maintainers.
    pub fn gives_up(
        &self,
        here: &Here,
        member: Option<&Member>,
        authority: &Address,
    ) -> Result<bool> {
        let Some(member) = member else {
            return Ok(false);
        };
        let power = member.authorise_always(here, authority, ROLE_READER)?;
        let own = member.wallet == self.author
            && (member.wallet == *authority || power >= ROLE_CONTRIBUTOR);
        Ok(own || power >= ROLE_MAINTAINER)
    }

    /// Refuses who may not give it up: before it is stale only its author and maintainers, afterwards anyone.
    pub fn check_closable(&self, branch: &Branch, by_right: bool) -> Result<()> {
        require!(
            self.state != OPERATION_STATE_DONE,
            FederityError::OperationNotOpen
        );
        let given_up = self.state == OPERATION_STATE_ABANDONED || self.is_stale(branch);
        require!(given_up || by_right, FederityError::OperationStays);
        Ok(())
    }
}

impl Term {
    /// What the operand's points are multiplied by, as a field element.
    pub fn scalar(&self) -> Bytes32 {
        // factor <= 2^24 and scale <= 24.
        let value = u64::from(self.factor.get()) << self.scale.min(32);
        if self.negative == 0 {
            field_from_u64(value)
        } else {
            negated_field(value)
        }
    }
}

/// Refuses a bound that no result of an operation may have.
pub fn check_bound(bound: Option<u64>) -> Result<u64> {
    let bound = bound.filter(|bound| *bound < OPERATION_LIMIT);
    Ok(bound.ok_or(FederityError::OperationBoundExceeded)?)
}
