//! The groups of bn254, in the encoding of the chain.

use alloc::vec::Vec;

use federity_protocol::{
    constants::COORDINATE_MODULUS, encoding::is_canonical_coordinate, Bytes32, G1, G2,
};

use crate::{Machine, Refusal};

/// The identity of G1: the commitment of zero.
pub const IDENTITY: G1 = [0; 64];
/// The generator of G1, (1, 2).
pub const GENERATOR: G1 = {
    let mut point = [0; 64];
    point[31] = 1;
    point[63] = 2;
    point
};
/// The generator of G2.
pub const GENERATOR_G2: G2 = [
    0x19, 0x8e, 0x93, 0x93, 0x92, 0x0d, 0x48, 0x3a, 0x72, 0x60, 0xbf, 0xb7, 0x31, 0xfb, 0x5d, 0x25,
    0xf1, 0xaa, 0x49, 0x33, 0x35, 0xa9, 0xe7, 0x12, 0x97, 0xe4, 0x85, 0xb7, 0xae, 0xf3, 0x12, 0xc2,
    0x18, 0x00, 0xde, 0xef, 0x12, 0x1f, 0x1e, 0x76, 0x42, 0x6a, 0x00, 0x66, 0x5e, 0x5c, 0x44, 0x79,
    0x67, 0x43, 0x22, 0xd4, 0xf7, 0x5e, 0xda, 0xdd, 0x46, 0xde, 0xbd, 0x5c, 0xd9, 0x92, 0xf6, 0xed,
    0x09, 0x06, 0x89, 0xd0, 0x58, 0x5f, 0xf0, 0x75, 0xec, 0x9e, 0x99, 0xad, 0x69, 0x0c, 0x33, 0x95,
    0xbc, 0x4b, 0x31, 0x33, 0x70, 0xb3, 0x8e, 0xf3, 0x55, 0xac, 0xda, 0xdc, 0xd1, 0x22, 0x97, 0x5b,
    0x12, 0xc8, 0x5e, 0xa5, 0xdb, 0x8c, 0x6d, 0xeb, 0x4a, 0xab, 0x71, 0x80, 0x8d, 0xcb, 0x40, 0x8f,
    0xe3, 0xd1, 0xe7, 0x69, 0x0c, 0x43, 0xd3, 0x7b, 0x4c, 0xe6, 0xcc, 0x01, 0x66, 0xfa, 0x7d, 0xaa,
];

/// Whether two points of one group, in their one spelling, are equal or each other's negative: those have one x.
pub fn same_up_to_sign<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    a.iter().zip(b).take(N / 2).all(|(a, b)| a == b)
}

/// Whether 64 bytes are the one spelling of a point of G1 (the identity included).
pub fn is_point<M: Machine>(point: &G1) -> bool {
    is_canonical(point) && add::<M>(point, &IDENTITY).is_ok()
}

/// Whether 128 bytes are the one spelling of a point of the prime-order subgroup of G2 (the identity included).
pub fn is_point_g2<M: Machine>(point: &G2) -> bool {
    pairs_to_one::<M, 1>(&[(&IDENTITY, point)]).is_ok()
}

/// Whether every 32-byte coordinate is below q.
pub fn is_canonical(coordinates: &[u8]) -> bool {
    coordinates.chunks_exact(32).all(|half| {
        half.try_into()
            .is_ok_and(|half: &Bytes32| is_canonical_coordinate(half))
    })
}

/// `a + b`.
pub fn add<M: Machine>(a: &G1, b: &G1) -> Result<G1, Refusal> {
    let mut input = [0; 128];
    input[..64].copy_from_slice(a);
    input[64..].copy_from_slice(b);
    M::add(&input)
}

/// `scalar * point`, the scalar big-endian.
pub fn mul<M: Machine>(point: &G1, scalar: &Bytes32) -> Result<G1, Refusal> {
    let mut input = [0; 96];
    input[..64].copy_from_slice(point);
    input[64..].copy_from_slice(scalar);
    M::mul(&input)
}

/// `a - b`.
pub fn subtract<M: Machine>(a: &G1, b: &G1) -> Result<G1, Refusal> {
    add::<M>(a, &negate(b)?)
}

/// `-point`: y becomes q - y. The identity is its own negative.
// Bytes widened to i16 cannot overflow.
#[allow(clippy::arithmetic_side_effects)]
pub fn negate(point: &G1) -> Result<G1, Refusal> {
    if !is_canonical(point) {
        return Err(Refusal::Point);
    }
    let mut negative = *point;
    if point[32..] == [0; 32] {
        return Ok(negative);
    }
    let mut borrow = 0;
    for index in (0..32).rev() {
        let difference =
            i16::from(COORDINATE_MODULUS[index]) - i16::from(point[32 + index]) - borrow;
        borrow = i16::from(difference < 0);
        negative[32 + index] = (difference & 0xff) as u8;
    }
    Ok(negative)
}

/// Whether the product of the pairings is one. Refuses bytes that are not canonical points of the right groups.
pub fn pairs_to_one<M: Machine, const N: usize>(pairs: &[(&G1, &G2); N]) -> Result<bool, Refusal> {
    // On the heap: a stack frame has 4 KB, and the whole instruction is inlined into one.
    let mut input = Vec::with_capacity(pairs.len().saturating_mul(192));
    for (left, right) in pairs {
        if !is_canonical(*left) || !is_canonical(*right) {
            return Err(Refusal::Point);
        }
        input.extend_from_slice(*left);
        input.extend_from_slice(*right);
    }
    M::pairing(&input)
}
