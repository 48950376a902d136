//! Groth16 over bn254 with one public input.
//!
//! Jens Groth, "On the Size of Pairing-based Non-interactive Arguments", 2016:
//! `e(A, B) = e(alpha, beta) * e(ic0 + input * ic1, gamma) * e(C, delta)`.

use federity_protocol::{constants::PROOF_BYTES, Bytes32, G1, G2};

use crate::{
    curve::{add, mul, negate, pairs_to_one},
    Key, Machine, Refusal,
};

/// Whether `proof` (A, B, C) shows the statement with public input `input`, a canonical field element.
///
/// Bytes that are no points, or points spelled in a second way, are [`Refusal::Proof`] like any other wrong proof.
pub fn verify<M: Machine>(
    key: &Key,
    proof: &[u8; PROOF_BYTES],
    input: &Bytes32,
) -> Result<bool, Refusal> {
    let a: &G1 = proof[..64].try_into().map_err(|_| Refusal::Proof)?;
    let b: &G2 = proof[64..192].try_into().map_err(|_| Refusal::Proof)?;
    let c: &G1 = proof[192..].try_into().map_err(|_| Refusal::Proof)?;
    let statement = add::<M>(key.ic0, &mul::<M>(key.ic1, input)?)?;
    let negative_a = negate(a).map_err(|_| Refusal::Proof)?;
    pairs_to_one::<M, 4>(&[
        (&negative_a, b),
        (key.alpha, key.beta),
        (&statement, key.gamma),
        (c, key.delta),
    ])
    .map_err(|_| Refusal::Proof)
}
