//! A unit from its integers to what the program wants to see, and the program's checks.
use ark_bn254::{Fr, G1Affine};
use ark_ec::CurveGroup;
use ark_ff::Zero;
use federity_protocol::constants::{LANES, PROOF_BYTES, VERIFYING_KEY_BYTES};
use federity_verifier::{check_key, curve::is_point_g2, host::Arkworks, verify_unit, Key};

use crate::error::{Error, Progress, Result};
use crate::groth16;
use crate::kzg::{self, Values};
use crate::points::{fr_bytes, fr_from_bytes, g1_bytes};
use crate::relations::update::Layout;
use crate::relations::update_witness::{challenge, Private};
use crate::seed;
use crate::setup::key::ProvingKey;
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

/// The checks of the program on one unit, by the program's own verifier: false for whatever it refuses.
///
/// A key or a string of another kind than the program takes is an error: no unit could be judged by them.
pub fn verify_update(
    key: &[u8],
    tau_g2: &[u8],
    unit: &UnitProof,
    offset: u32,
    sealed: bool,
    context: &[u8; 32],
) -> Result<bool> {
    let key: &[u8; VERIFYING_KEY_BYTES] = key
        .try_into()
        .map_err(|_| Error::invalid(format!("a verifying key has {VERIFYING_KEY_BYTES} bytes")))?;
    let malformed = |_| Error::invalid("the verifying key is malformed");
    check_key::<Arkworks>(key).map_err(malformed)?;
    let tau_g2 = tau_g2
        .try_into()
        .ok()
        .filter(is_point_g2::<Arkworks>)
        .ok_or_else(|| Error::invalid("tau_g2 is no point of G2"))?;
    let unit = federity_verifier::Unit {
        proof: &unit.proof,
        point: &unit.point,
        opening: &unit.opening,
        p: &unit.p,
        y: &unit.y,
        norm: unit.norm,
        offset,
        sealed,
        context,
    };
    let key = Key::read(key).map_err(malformed)?;
    Ok(verify_unit::<Arkworks>(&key, &tau_g2, &unit).is_ok())
}
