//! A machine without syscalls: arkworks for the groups, libraries for the hashes.

use alloc::vec::Vec;

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField};
use federity_protocol::{Bytes32, G1};
use light_poseidon::{Poseidon, PoseidonBytesHasher};
use sha2::{Digest, Sha256};

use crate::{curve::is_canonical, Machine, Refusal};

/// Everything computed by libraries; needs nothing of the machine it runs on.
pub struct Arkworks;

fn coordinate(bytes: &[u8]) -> Result<Fq, Refusal> {
    if is_canonical(bytes) {
        Ok(Fq::from_be_bytes_mod_order(bytes))
    } else {
        Err(Refusal::Point)
    }
}

fn g1(bytes: &[u8]) -> Result<G1Affine, Refusal> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(G1Affine::identity());
    }
    let point = G1Affine::new_unchecked(coordinate(&bytes[..32])?, coordinate(&bytes[32..64])?);
    point.is_on_curve().then_some(point).ok_or(Refusal::Point)
}

fn g2(bytes: &[u8]) -> Result<G2Affine, Refusal> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(G2Affine::identity());
    }
    let x = Fq2::new(coordinate(&bytes[32..64])?, coordinate(&bytes[..32])?);
    let y = Fq2::new(coordinate(&bytes[96..128])?, coordinate(&bytes[64..96])?);
    let point = G2Affine::new_unchecked(x, y);
    let valid = point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve();
    valid.then_some(point).ok_or(Refusal::Point)
}

fn write(point: G1Affine) -> G1 {
    let mut bytes = [0; 64];
    if let Some((x, y)) = point.xy() {
        bytes[..32].copy_from_slice(&x.into_bigint().to_bytes_be());
        bytes[32..].copy_from_slice(&y.into_bigint().to_bytes_be());
    }
    bytes
}

// Arithmetic of field and group elements has no overflow.
#[allow(clippy::arithmetic_side_effects)]
impl Machine for Arkworks {
    fn add(points: &[u8; 128]) -> Result<G1, Refusal> {
        Ok(write(
            (g1(&points[..64])? + g1(&points[64..])?).into_affine(),
        ))
    }

    fn mul(point_and_scalar: &[u8; 96]) -> Result<G1, Refusal> {
        let scalar = Fr::from_be_bytes_mod_order(&point_and_scalar[64..]);
        Ok(write((g1(&point_and_scalar[..64])? * scalar).into_affine()))
    }

    fn pairing(pairs: &[u8]) -> Result<bool, Refusal> {
        let mut left = Vec::new();
        let mut right = Vec::new();
        for pair in pairs.chunks_exact(192) {
            left.push(g1(&pair[..64])?);
            right.push(g2(&pair[64..])?);
        }
        Ok(Bn254::multi_pairing(left, right).0 == Field::ONE)
    }

    fn sha256(parts: &[&[u8]]) -> Bytes32 {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize().into()
    }

    fn poseidon<const N: usize>(inputs: &[Bytes32; N]) -> Result<Bytes32, Refusal> {
        let values: Vec<&[u8]> = inputs.iter().map(|input| input.as_slice()).collect();
        Poseidon::<Fr>::new_circom(N)
            .and_then(|mut hasher| hasher.hash_bytes_be(&values))
            .map_err(|_| Refusal::Scalar)
    }
}
