//! Groth16 keys (Groth, "On the Size of Pairing-based Non-interactive Arguments").
//!
//! The quotient's part is kept over the Lagrange basis of the odd 2D-th roots of unity, as ceremony tools for circom
//! write it: `h_i = [L_(2i+1)(x) / delta]G1`, so a prover needs no quotient coefficients, only values of `AB - C`
//! where the domain's vanishing polynomial Z is not zero.
//!
//! The part of `C` in that is a sum over wires like the witness' own, `- sum w_j c_j Z/2` (a polynomial that is `-c_j` on
//! the odd roots, where Z is -2, and nothing on the even ones). So it is added to `l` once, when a key is made, and no
//! proof transforms C. Each such point is a combination of the `h_i`: it tells nobody more than a key of any ceremony.
use ark_bn254::{G1Affine, G2Affine};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::points::{g1_bytes, g1_from_bytes, g2_bytes, g2_from_bytes, G1_BYTES, G2_BYTES};
use crate::r1cs::System;

pub use federity_protocol::constants::VERIFYING_KEY_BYTES;

#[derive(Clone, Debug, PartialEq)]
pub struct VerifyingKey {
    pub alpha_g1: G1Affine,
    pub beta_g2: G2Affine,
    pub gamma_g2: G2Affine,
    pub delta_g2: G2Affine,
    /// For the constant and for the one public input.
    pub ic: [G1Affine; 2],
}

impl VerifyingKey {
    /// alpha, beta, gamma, delta, ic0, ic1 in the program's point encoding.
    pub fn to_bytes(&self) -> [u8; VERIFYING_KEY_BYTES] {
        let mut out = Vec::with_capacity(VERIFYING_KEY_BYTES);
        out.extend(g1_bytes(&self.alpha_g1));
        for point in [&self.beta_g2, &self.gamma_g2, &self.delta_g2] {
            out.extend(g2_bytes(point));
        }
        for point in &self.ic {
            out.extend(g1_bytes(point));
        }
        out.try_into().expect("one G1, three G2, two G1")
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        if bytes.len() != VERIFYING_KEY_BYTES {
            return Err(Error::invalid(format!(
                "a verifying key has {VERIFYING_KEY_BYTES} bytes"
            )));
        }
        let (alpha, rest) = bytes.split_at(G1_BYTES);
        let (g2, ic) = rest.split_at(3 * G2_BYTES);
        let mut points = g2.chunks_exact(G2_BYTES).map(g2_from_bytes);
        let mut next = || points.next().expect("three points");
        Ok(Self {
            alpha_g1: g1_from_bytes(alpha)?,
            beta_g2: next()?,
            gamma_g2: next()?,
            delta_g2: next()?,
            ic: [
                g1_from_bytes(&ic[..G1_BYTES])?,
                g1_from_bytes(&ic[G1_BYTES..])?,
            ],
        })
    }

    /// What the key's address is made of.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }
}

/// Everything a prover needs for one unit size.
pub struct ProvingKey {
    pub n: u32,
    pub system: System,
    pub vk: VerifyingKey,
    pub beta_g1: G1Affine,
    pub delta_g1: G1Affine,
    /// By wire.
    pub a: Vec<G1Affine>,
    /// By position in `b_wires`: most wires never stand in B.
    pub b_g1: Vec<G1Affine>,
    pub b_g2: Vec<G2Affine>,
    pub b_wires: Vec<u32>,
    /// By row of the domain.
    pub h: Vec<G1Affine>,
    /// By wire: what a private wire adds beside A and B, and each wire's part of C in the quotient.
    pub l: Vec<G1Affine>,
}

/// Wires that stand in the B matrix, ascending.
pub fn b_wires(system: &System) -> Vec<u32> {
    let mut present = vec![false; system.wires()];
    for (wire, _) in &system.b.terms {
        present[*wire as usize] = true;
    }
    (0..)
        .zip(present)
        .filter_map(|(wire, present)| present.then_some(wire))
        .collect()
}

/// Size of the evaluation domain: the rows, and one row for each instance wire (without which a public input's
/// polynomial could depend on the others).
pub fn domain_size(system: &System) -> usize {
    (system.constraints() + crate::r1cs::INSTANCE_WIRES).next_power_of_two()
}
