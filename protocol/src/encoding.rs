//! How values enter hashes and where units lie in a vector.

use crate::{
    constants::{
        CHUNK_ELEMENTS, CHUNK_UNITS, COORDINATE_MODULUS, LANES, NAME_ALPHABET, NAME_BYTES,
        NAME_NEVER_FIRST, PACK_BLOCK, PACK_DELTAS, SCALAR_MODULUS,
    },
    Bytes32, G1,
};

/// Packed field elements of a unit of `n` deltas: `ceil(n / 31)`.
pub const fn packed_elements(n: u32) -> u32 {
    n.div_ceil(PACK_DELTAS)
}

/// Links of the packing chain over a unit of `n` deltas.
pub const fn pack_blocks(n: u32) -> u32 {
    packed_elements(n).div_ceil(PACK_BLOCK)
}

/// An integer as a field element.
pub fn field_from_u64(value: u64) -> Bytes32 {
    let mut out = [0; 32];
    out[24..].copy_from_slice(&value.to_be_bytes());
    out
}

/// Minus an integer below 2^62 as a field element.
pub fn negated_field(value: u64) -> Bytes32 {
    if value == 0 {
        return [0; 32];
    }
    // The last limb of r is larger than any such integer, so nothing is borrowed.
    let mut out = SCALAR_MODULUS;
    let mut last = [0; 8];
    last.copy_from_slice(&SCALAR_MODULUS[24..]);
    out[24..].copy_from_slice(&(u64::from_be_bytes(last) - value).to_be_bytes());
    out
}

/// A point's coordinates as four 128-bit limbs: x high, x low, y high, y low. A coordinate may exceed r, a limb
/// never does.
pub fn point_limbs(point: &G1) -> [Bytes32; 4] {
    let mut limbs = [[0; 32]; 4];
    for (limb, half) in limbs.iter_mut().zip(point.chunks_exact(16)) {
        limb[16..].copy_from_slice(half);
    }
    limbs
}

/// Whether 32 big-endian bytes are a canonical scalar, `< r`.
pub fn is_canonical_scalar(value: &Bytes32) -> bool {
    value < &SCALAR_MODULUS
}

/// Whether 32 big-endian bytes are a canonical coordinate, `< q`.
pub fn is_canonical_coordinate(value: &Bytes32) -> bool {
    value < &COORDINATE_MODULUS
}

/// Whether a zero-padded name is 1 to 32 bytes of the alphabet, the first of them one that a name may begin
/// with, and nothing after the first zero.
pub fn is_valid_name(name: &[u8; NAME_BYTES]) -> bool {
    let length = name
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(NAME_BYTES);
    let (text, padding) = name.split_at(length);
    text.first()
        .is_some_and(|byte| !NAME_NEVER_FIRST.contains(byte))
        && text.iter().all(|byte| NAME_ALPHABET.contains(byte))
        && padding.iter().all(|byte| *byte == 0)
}

/// Whether units of `n` elements tile a chunk with whole coefficients.
pub const fn is_unit_size(n: u32) -> bool {
    n >= LANES && n <= CHUNK_ELEMENTS && n.is_power_of_two()
}

/// Where a unit lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPlace {
    /// Chunk of the vector.
    pub chunk: u32,
    /// Index of the unit inside its chunk, below [`CHUNK_UNITS`].
    pub slot: u32,
    /// First coefficient of the unit inside its chunk: `off`.
    pub offset: u32,
}

/// Place of unit `unit` (an index over the whole vector) for units of `n` elements; `None` when `n` does not tile a
/// chunk or the unit lies beyond the slots that a chunk's set of parts can hold.
pub fn unit_place(unit: u32, n: u32) -> Option<UnitPlace> {
    if !is_unit_size(n) {
        return None;
    }
    let per_chunk = CHUNK_ELEMENTS / n;
    let slot = unit % per_chunk;
    if slot >= CHUNK_UNITS {
        return None;
    }
    Some(UnitPlace {
        chunk: unit / per_chunk,
        slot,
        offset: slot * (n / LANES),
    })
}
