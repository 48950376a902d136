//! Everything the program knows about curves and proofs; nothing outside this folder does.
//!
//! Callers hand in points as provers write them (affine, big-endian, x then y) and get yes or a [`Refusal`]. Sign
//! flips, pairing order and syscalls stay inside.

mod curve;
mod groth16;
mod hash;
mod kzg;
mod public_input;
mod verifying_key;

use federity_protocol::{encoding::is_canonical_scalar, Bytes32, G1, G2};

pub use curve::{add, is_point, is_point_g2, mul, IDENTITY};
pub use hash::sha256;
pub use verifying_key::{check as check_key, Key};

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
    /// First coefficient inside the chunk; the program's own, never the caller's.
    pub offset: u32,
    /// Whether the commit may be blinded; the program's own.
    pub sealed: bool,
    /// Hash of everything the proof is bound to; the program's own.
    pub context: &'a Bytes32,
}

/// Verifies one unit: range, norm and evaluation by Groth16, and that `point` opens to that evaluation.
///
/// Everything is checked for its form first: a coordinate's two spare bits are flags to the curve syscalls, so a
/// second spelling of a point would pass them.
pub fn verify_unit(key: &Key, tau_g2: &G2, unit: &Unit) -> Result<(), Refusal> {
    if !is_canonical_scalar(unit.p) || !is_canonical_scalar(unit.y) {
        return Err(Refusal::Scalar);
    }
    if !is_point(unit.point) || !is_point(unit.opening) {
        return Err(Refusal::Point);
    }
    let rho = public_input::challenge(unit)?;
    let input = public_input::input(unit, &rho)?;
    if !groth16::verify(key, unit.proof, &input)? {
        return Err(Refusal::Proof);
    }
    if !kzg::verify(tau_g2, unit.point, unit.opening, &rho, unit.y)? {
        return Err(Refusal::Opening);
    }
    Ok(())
}

#[cfg(all(test, not(target_os = "solana")))]
mod tests;
