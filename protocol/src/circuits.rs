//! Inputs of each Poseidon hash, in order. Program, circuits and native prover build them here and nowhere else.

use crate::{
    constants::{
        CHUNK_COEFFICIENTS, POSEIDON_CHALLENGE, POSEIDON_PACK, POSEIDON_PRIVATE, POSEIDON_UPDATE,
    },
    encoding::{field_from_u64, point_limbs},
    Bytes32, G1,
};

/// State with which the chain over packed elements starts.
pub fn pack_start() -> Bytes32 {
    field_from_u64(POSEIDON_PACK as u64)
}

/// Inputs of `p`: the chain's last state, the number of deltas, and the two blinds.
pub fn private_inputs(chain: &Bytes32, n: u32, blinds: [&Bytes32; 2]) -> [Bytes32; 5] {
    [
        field_from_u64(POSEIDON_PRIVATE as u64),
        *chain,
        field_from_u64(n as u64),
        *blinds[0],
        *blinds[1],
    ]
}

/// Inputs of the challenge `rho`: fixed only after `p` and the unit's point.
pub fn challenge_inputs(p: &Bytes32, point: &G1, context: &Bytes32) -> [Bytes32; 7] {
    let [x_high, x_low, y_high, y_low] = point_limbs(point);
    [
        field_from_u64(POSEIDON_CHALLENGE as u64),
        *p,
        x_high,
        x_low,
        y_high,
        y_low,
        *context,
    ]
}

/// Public items of the `update` relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateItems<'a> {
    pub context: &'a Bytes32,
    /// Commitment to the private values.
    pub p: &'a Bytes32,
    /// Where the unit's polynomial is evaluated.
    pub rho: &'a Bytes32,
    /// Its value there.
    pub y: &'a Bytes32,
    /// `S`, the sum of squares.
    pub norm: u64,
    /// `off`, the first coefficient inside the chunk.
    pub offset: u32,
    /// Whether the relation leaves the blinds free; else it holds them at zero.
    pub sealed: bool,
}

impl UpdateItems<'_> {
    /// `place`: `off` with the sealed bit above it.
    fn place(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.sealed) * u64::from(CHUNK_COEFFICIENTS)
    }

    /// Inputs of the one public input `h`.
    pub fn inputs(&self) -> [Bytes32; 7] {
        [
            field_from_u64(POSEIDON_UPDATE as u64),
            *self.context,
            *self.p,
            *self.rho,
            *self.y,
            field_from_u64(self.norm),
            field_from_u64(self.place()),
        ]
    }
}
