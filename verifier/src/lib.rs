//! Everything that is known here about curves and proofs, once: the Solana program, the native module and a browser
//! run these same lines.
//!
//! Callers hand in points as provers write them (affine, big-endian, x then y) and get yes or a [`Refusal`]. Sign
//! flips and the order of pairings stay inside. What a machine does in its own way, the arithmetic of the groups and
//! the hashes, it brings as a [`Machine`]: syscalls on chain, [`host::Arkworks`] elsewhere.
#![no_std]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod curve;
mod groth16;
#[cfg(feature = "host")]
pub mod host;
pub mod kzg;
mod machine;
mod public_input;
mod verifying_key;

use curve::is_point;
use federity_protocol::{encoding::is_canonical_scalar, Bytes32, G1, G2};

pub use machine::Machine;
pub use verifying_key::{check as check_key, check_beside as check_key_beside, Key};

/// Why the verifier says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Coordinates not below q, or not a point of the curve (in G2: of the subgroup).
    Point,
    /// A field element not below r.
    Scalar,
    /// The pairing equation of Groth16 does not hold.
    Proof,
    /// The point does not open at rho to y.
    Opening,
    /// A verifying key that section 7 of the protocol forbids.
    Key,
}

/// One unit of an update, as it comes with a call.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    /// A, B, C.
    pub proof: &'a [u8; 256],
    /// `C_unit`.
    pub point: &'a G1,
    /// `pi`, the KZG opening of `point` at rho.
    pub opening: &'a G1,
    /// Commitment to the private values.
    pub p: &'a Bytes32,
    /// Value of the unit's polynomial at rho.
    pub y: &'a Bytes32,
    /// Sum of squares.
    pub norm: u64,
    /// First coefficient inside the chunk; the verifying side's own, never the prover's word.
    pub offset: u32,
    /// Whether the commit may be blinded; the verifying side's own.
    pub sealed: bool,
    /// Hash of everything the proof is bound to; the verifying side's own.
    pub context: &'a Bytes32,
}

/// Verifies one unit: range, norm and evaluation by Groth16, and that `point` opens to that evaluation.
///
/// Everything is checked for its form first: a coordinate's two spare bits are flags to the curve syscalls, so a
/// second spelling of a point would pass them.
pub fn verify_unit<M: Machine>(key: &Key, tau_g2: &G2, unit: &Unit) -> Result<(), Refusal> {
    if !is_canonical_scalar(unit.p) || !is_canonical_scalar(unit.y) {
        return Err(Refusal::Scalar);
    }
    if !is_point::<M>(unit.point) || !is_point::<M>(unit.opening) {
        return Err(Refusal::Point);
    }
    let rho = public_input::challenge::<M>(unit)?;
    let input = public_input::input::<M>(unit, &rho)?;
    if !groth16::verify::<M>(key, unit.proof, &input)? {
        return Err(Refusal::Proof);
    }
    if !kzg::verify::<M>(tau_g2, unit.point, unit.opening, &rho, unit.y)? {
        return Err(Refusal::Opening);
    }
    Ok(())
}

#[cfg(all(test, feature = "host"))]
mod tests;
