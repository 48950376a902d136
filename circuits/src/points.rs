//! Bytes of field elements and curve points, in the order of Solana's alt_bn128 syscalls: big-endian
//! coordinates, G2 as x.c1, x.c0, y.c1, y.c0, the identity as zeros.
use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField, Zero};

use crate::error::{Error, Result};

pub const G1_BYTES: usize = 64;
pub const G2_BYTES: usize = 128;

fn field_bytes<F: PrimeField>(value: &F) -> [u8; 32] {
    let mut out = [0u8; 32];
    out.copy_from_slice(&value.into_bigint().to_bytes_be());
    out
}

/// A canonical element from 32 big-endian bytes; values at or above the modulus are refused.
fn field_from_bytes<F: PrimeField>(bytes: &[u8]) -> Result<F> {
    let element = F::from_be_bytes_mod_order(bytes);
    if bytes.len() == 32 && field_bytes(&element) == bytes {
        Ok(element)
    } else {
        Err(Error::invalid("not a canonical field element"))
    }
}

pub fn fr_bytes(value: &Fr) -> [u8; 32] {
    field_bytes(value)
}

pub fn fr_from_bytes(bytes: &[u8]) -> Result<Fr> {
    field_from_bytes(bytes)
}

pub fn g1_bytes(point: &G1Affine) -> [u8; G1_BYTES] {
    let mut out = [0u8; G1_BYTES];
    if let Some((x, y)) = point.xy() {
        out[..32].copy_from_slice(&field_bytes(&x));
        out[32..].copy_from_slice(&field_bytes(&y));
    }
    out
}

/// A point on the curve (G1 has no other subgroup) or the identity.
pub fn g1_from_bytes(bytes: &[u8]) -> Result<G1Affine> {
    if bytes.len() != G1_BYTES {
        return Err(Error::invalid("a G1 point has 64 bytes"));
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(G1Affine::identity());
    }
    let (x, y): (Fq, Fq) = (
        field_from_bytes(&bytes[..32])?,
        field_from_bytes(&bytes[32..])?,
    );
    let point = G1Affine::new_unchecked(x, y);
    if !point.is_on_curve() {
        return Err(Error::invalid("not a point of G1"));
    }
    Ok(point)
}

pub fn g2_bytes(point: &G2Affine) -> [u8; G2_BYTES] {
    let mut out = [0u8; G2_BYTES];
    if let Some((x, y)) = point.xy() {
        for (slot, coordinate) in out.chunks_exact_mut(32).zip([x.c1, x.c0, y.c1, y.c0]) {
            slot.copy_from_slice(&field_bytes(&coordinate));
        }
    }
    out
}

/// A point of the prime-order subgroup of G2 or the identity.
pub fn g2_from_bytes(bytes: &[u8]) -> Result<G2Affine> {
    if bytes.len() != G2_BYTES {
        return Err(Error::invalid("a G2 point has 128 bytes"));
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(G2Affine::identity());
    }
    let mut coordinates = [Fq::zero(); 4];
    for (coordinate, chunk) in coordinates.iter_mut().zip(bytes.chunks_exact(32)) {
        *coordinate = field_from_bytes(chunk)?;
    }
    let [x1, x0, y1, y0] = coordinates;
    let point = G2Affine::new_unchecked(Fq2::new(x0, x1), Fq2::new(y0, y1));
    if !point.is_on_curve() || !point.is_in_correct_subgroup_assuming_on_curve() {
        return Err(Error::invalid("not a point of G2"));
    }
    Ok(point)
}
