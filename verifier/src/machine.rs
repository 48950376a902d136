//! What each machine does in its own way.

use federity_protocol::{Bytes32, G1};

use crate::Refusal;

/// The arithmetic of bn254 and the hashes, as Solana's syscalls have them; every other machine does the same.
///
/// Points are affine and big-endian, the identity is all zeros, a point of G2 is x.c1, x.c0, y.c1, y.c0. Callers of
/// this trait have refused coordinates that are not canonical where it matters: syscalls read two of their bits as
/// flags.
pub trait Machine {
    /// The sum of two points of G1. [`Refusal::Point`] unless both lie on the curve.
    fn add(points: &[u8; 128]) -> Result<G1, Refusal>;

    /// A point of G1 times a scalar, which may exceed the group's order. [`Refusal::Point`] unless it lies on the
    /// curve.
    fn mul(point_and_scalar: &[u8; 96]) -> Result<G1, Refusal>;

    /// Whether the product of the pairings of G1 (64 bytes) with G2 (128 bytes) is one. [`Refusal::Point`] unless
    /// each lies in its group, in G2 the subgroup of prime order.
    fn pairing(pairs: &[u8]) -> Result<bool, Refusal>;

    /// sha256 over the concatenation of `parts`.
    fn sha256(parts: &[&[u8]]) -> Bytes32;

    /// Poseidon with circom's parameters over 1 to 12 field elements, big-endian. [`Refusal::Scalar`] unless all are
    /// canonical.
    fn poseidon<const N: usize>(inputs: &[Bytes32; N]) -> Result<Bytes32, Refusal>;
}
