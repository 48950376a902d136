//! What terms may be named, before anything is known about their commits.

use anchor_lang::prelude::*;
use federity_protocol::{
    constants::{
        MAX_SUM_BITS, OPERATION_DOMAIN, OPERATION_TERMS, TERM_FACTOR_LIMIT, TERM_HISTORY,
        TERM_UPDATE, TERM_ZERO, UNPAIRED,
    },
    Bytes32,
};

use super::Operand;
use crate::{errors::FederityError, verifier::sha256};

/// A term as an instruction names it; its commit is among the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct TermArgs {
    pub negative: bool,
    /// Over `2^m` of a head, Q16 of an update.
    pub factor: u32,
    /// Number of the term it is paired with; 255: none.
    pub pair: u8,
}

/// What an operation is: `sha256(domain || head || author || m || terms)`, a term being its commit's address, its sign
/// (1: taken away), its factor (u32 little-endian) and its pair.
pub fn operation_id(
    head: &Address,
    author: &Address,
    m: u8,
    operands: &[Operand],
    terms: &[TermArgs],
) -> Bytes32 {
    // On the heap: at most 8 terms of 38 bytes.
    let mut named: Vec<u8> = Vec::with_capacity(OPERATION_TERMS.saturating_mul(38));
    for (operand, term) in operands.iter().zip(terms) {
        named.extend_from_slice(operand.address.as_ref());
        named.push(term.negative.into());
        named.extend_from_slice(&term.factor.to_le_bytes());
        named.push(term.pair);
    }
    sha256(&[
        OPERATION_DOMAIN,
        head.as_ref(),
        author.as_ref(),
        &[m],
        &named,
    ])
}

/// Refuses terms that have a shorter or another spelling (out of order, doubled, not in lowest terms), and those that
/// leave the head what it is.
pub fn check_terms(head: &Address, m: u8, operands: &[Operand], terms: &[TermArgs]) -> Result<()> {
    let ascending = operands.windows(2).all(|pair| match pair {
        [a, b] => a.address.as_ref() < b.address.as_ref(),
        _ => false,
    });
    require!(
        (1..=OPERATION_TERMS).contains(&operands.len())
            && terms.len() == operands.len()
            && ascending,
        FederityError::InvalidTerms
    );
    let kind = |index: usize| operands.get(index).map(Operand::kind);
    let is_head = |index: usize| kind(index).is_some_and(|kind| kind != TERM_UPDATE);
    let mut odd = false;
    for (index, term) in terms.iter().enumerate() {
        require!(
            (1..=TERM_FACTOR_LIMIT).contains(&term.factor),
            FederityError::InvalidFactor
        );
        odd |= kind(index) == Some(TERM_HISTORY) && term.factor & 1 == 1;
        let other = usize::from(term.pair);
        let named_back = terms.get(other).is_some_and(|other| {
            usize::from(other.pair) == index && other.negative != term.negative
        });
        require!(
            term.pair == UNPAIRED || named_back && is_head(index) && is_head(other),
            FederityError::InvalidPair
        );
        // A genesis adds nothing, so it is there alone, once, or as what a head is paired with.
        let partner = terms.get(other);
        let spelled = match operands.len() {
            1 => term.factor == 1 && !term.negative,
            _ => partner.is_some_and(|partner| partner.factor == term.factor),
        };
        require!(
            kind(index) != Some(TERM_ZERO) || spelled,
            FederityError::InvalidFactor
        );
    }
    require!(
        m == 0 || odd && m <= MAX_SUM_BITS,
        FederityError::InvalidFactor
    );
    let mut counted = operands
        .iter()
        .zip(terms)
        .filter(|(operand, _)| operand.kind() != TERM_ZERO);
    let same = match (counted.next(), counted.next()) {
        (Some((only, term)), None) => {
            only.address == *head && !term.negative && term.factor == 1 && m == 0
        }
        _ => false,
    };
    require!(!same, FederityError::InvalidTerms);
    Ok(())
}
