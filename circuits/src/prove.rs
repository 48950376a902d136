//! A unit from its integers to what the program wants to see, and the program's checks.
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::CurveGroup;
use ark_ff::Zero;
use federity_protocol::circuits::UpdateItems;
use federity_protocol::constants::{LANES, PROOF_BYTES};

use crate::error::{Error, Progress, Result};
use crate::groth16::{self, Proof};
use crate::kzg::{self, Values};
use crate::points::{fr_bytes, fr_from_bytes, g1_bytes, g1_from_bytes, g2_from_bytes};
use crate::relations::update::Layout;
use crate::relations::update_witness::{challenge, public_input, Private};
use crate::seed;
use crate::setup::key::{ProvingKey, VerifyingKey};
use crate::srs::Srs;

/// What `commit_prove` takes for one unit, in the program's encoding.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitProof {
    pub proof: [u8; PROOF_BYTES],
    pub point: [u8; 64],
    pub opening: [u8; 64],
    pub p: [u8; 32],
    pub y: [u8; 32],
    pub norm: u64,
}

/// One unit to prove: at most n elements, those missing are zero.
pub struct Unit<'a> {
    pub elements: &'a [i8],
    /// First coefficient inside the chunk, `off`.
    pub offset: u32,
    pub context: [u8; 32],
    /// `r0`, `r1` of a sealed unit.
    pub blinds: Option<[[u8; 32]; 2]>,
}

/// Commits, derives the challenge, opens and proves. `progress` hears the share done, between 0 and 1, and stops the
/// work by an error.
pub fn prove_update(
    key: &ProvingKey,
    srs: &Srs,
    unit: &Unit<'_>,
    progress: Progress<'_>,
) -> Result<UnitProof> {
    let layout = Layout::new(key.n)?;
    progress(0.0)?;
    let blinds = match &unit.blinds {
        Some([r0, r1]) => [fr_from_bytes(r0)?, fr_from_bytes(r1)?],
        None => [Fr::zero(); 2],
    };
    let private = Private::new(key.n, unit.elements, blinds)?;
    let point = commit_unit(srs, unit, blinds)?;
    let point = g1_bytes(&point);
    let rho = challenge(private.p(), &point, &unit.context)?;
    let coefficients = private.coefficients();
    progress(0.02)?;
    let (y, opening) = kzg::open(srs, unit.offset as usize, &coefficients, blinds, rho)?;
    progress(0.1)?;
    let witness = private.complete(unit.offset, unit.blinds.is_some(), &unit.context, rho)?;
    if witness.y != y {
        return Err(Error::Unsatisfied(
            "opening and circuit disagree on y".into(),
        ));
    }
    let randomness = [seed::random()?, seed::random()?];
    let bits = layout.bits as usize..layout.squares as usize;
    let proof = groth16::prove(key, &witness.wires, randomness, bits, &|share| {
        progress(0.1 + 0.9 * share)
    })?;
    progress(1.0)?;
    Ok(UnitProof {
        proof: proof.to_bytes(),
        point,
        opening: g1_bytes(&opening),
        p: fr_bytes(&witness.p),
        y: fr_bytes(&y),
        norm: witness.norm,
    })
}

fn commit_unit(srs: &Srs, unit: &Unit<'_>, blinds: [Fr; 2]) -> Result<G1Affine> {
    let first = unit.offset as usize * LANES as usize;
    let point = kzg::commit(srs, Values::I8(unit.elements), first)?;
    if blinds.iter().all(Zero::is_zero) {
        return Ok(point);
    }
    let [low, high] = srs.blinding()?;
    Ok((point + low * blinds[0] + high * blinds[1]).into_affine())
}

/// The checks of the program on one unit: `rho` and `h` recomputed, Groth16, the opening. False for bytes that are no
/// points or field elements.
pub fn verify_update(
    key: &[u8],
    tau_g2: &[u8],
    unit: &UnitProof,
    offset: u32,
    sealed: bool,
    context: &[u8; 32],
) -> Result<bool> {
    let vk = VerifyingKey::from_bytes(key)?;
    let tau_g2 = g2_from_bytes(tau_g2)?;
    Ok(check(&vk, &tau_g2, unit, offset, sealed, context).unwrap_or(false))
}

fn check(
    vk: &VerifyingKey,
    tau_g2: &G2Affine,
    unit: &UnitProof,
    offset: u32,
    sealed: bool,
    context: &[u8; 32],
) -> Result<bool> {
    let proof = Proof::from_bytes(&unit.proof)?;
    let point = g1_from_bytes(&unit.point)?;
    let opening = g1_from_bytes(&unit.opening)?;
    let (p, y) = (fr_from_bytes(&unit.p)?, fr_from_bytes(&unit.y)?);
    let rho = challenge(p, &unit.point, context)?;
    let h = public_input(&UpdateItems {
        context,
        p: &unit.p,
        rho: &fr_bytes(&rho),
        y: &unit.y,
        norm: unit.norm,
        offset,
        sealed,
    })?;
    Ok(groth16::verify(vk, h, &proof) && kzg::verify_opening(tau_g2, &point, rho, y, &opening))
}
