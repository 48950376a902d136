//! The structured reference string: powers of tau in G1, and `[tau]G2`, by which it is known.
//!
//! A development SRS comes from a public seed, so everyone knows its tau and nothing holds against anyone; it is for
//! repositories created `insecure`. Its powers are made on demand, in segments that are cached on disk.
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::pairing::Pairing;
use ark_ec::scalar_mul::BatchMulPreprocessing;
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup, VariableBaseMSM};
use ark_ff::{BigInteger, Field, One, PrimeField, Zero};
use federity_protocol::constants::CHUNK_COEFFICIENTS;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::points::{g1_from_bytes, g2_bytes, G1_BYTES, G2_BYTES};
use crate::{cache, msm, seed};

/// Powers in one cached segment: 4 MiB on disk.
const SEGMENT: usize = 1 << 16;
/// Powers of a whole SRS: those of a chunk, and two above it that blind sealed units.
pub const POWERS: usize = CHUNK_COEFFICIENTS as usize + 2;

/// Powers `[tau^i]G1` for i in 0..POWERS, as far as they are loaded.
pub struct Srs {
    tau_g2: G2Affine,
    id: [u8; 32],
    powers: RwLock<Arc<Vec<G1Affine>>>,
    development: Option<Development>,
}

/// How to make the powers that are not there yet.
struct Development {
    tau: Fr,
    folder: PathBuf,
}

impl Srs {
    /// The SRS of a public seed, with at least `coefficients` powers ready and more made when they are asked for.
    pub fn development(seed: &[u8], coefficients: usize, folder: &Path) -> Result<Self> {
        let tau = seed::element(seed, "srs", 0);
        let tau_g2 = (G2Projective::generator() * tau).into_affine();
        let development = Development {
            tau,
            folder: folder.to_path_buf(),
        };
        let srs = Self::new(tau_g2, Vec::new(), Some(development));
        srs.powers(coefficients)?;
        Ok(srs)
    }

    /// A foreign SRS: 64-byte powers from `[1]G1` on. Refused unless every point is on the curve and each is tau
    /// times the one before, for the tau of `tau_g2` (one batched pairing, error below 2^-120).
    pub fn from_points(tau_g2: G2Affine, points: &[u8]) -> Result<Self> {
        if points.is_empty()
            || !points.len().is_multiple_of(G1_BYTES)
            || points.len() / G1_BYTES > POWERS
        {
            return Err(Error::invalid(format!(
                "an SRS file holds 1 to {POWERS} points of {G1_BYTES} bytes"
            )));
        }
        let powers = points
            .par_chunks_exact(G1_BYTES)
            .map(g1_from_bytes)
            .collect::<Result<Vec<_>>>()?;
        check_powers(&powers, &tau_g2)?;
        Ok(Self::new(tau_g2, powers, None))
    }

    fn new(tau_g2: G2Affine, powers: Vec<G1Affine>, development: Option<Development>) -> Self {
        let bytes: [u8; G2_BYTES] = g2_bytes(&tau_g2);
        let id = federity_protocol::srs::id(&bytes, |parts| Sha256::digest(parts.concat()).into());
        Self {
            tau_g2,
            id,
            powers: RwLock::new(Arc::new(powers)),
            development,
        }
    }

    pub fn tau_g2(&self) -> G2Affine {
        self.tau_g2
    }

    /// `sha256("federity/srs/v1" || tau_g2)`.
    pub fn id(&self) -> [u8; 32] {
        self.id
    }

    /// At least the first `count` powers.
    pub fn powers(&self, count: usize) -> Result<Arc<Vec<G1Affine>>> {
        if count > POWERS {
            return Err(Error::invalid(format!(
                "{count} powers wanted, an SRS has {POWERS}"
            )));
        }
        let loaded = self.powers.read().expect("no panic while loading").clone();
        if loaded.len() >= count {
            return Ok(loaded);
        }
        let Some(development) = &self.development else {
            return Err(Error::invalid(format!(
                "{count} powers wanted, this SRS has {}",
                loaded.len()
            )));
        };
        let mut slot = self.powers.write().expect("no panic while loading");
        if slot.len() < count {
            let mut powers = Vec::with_capacity(count.next_multiple_of(SEGMENT).min(POWERS));
            powers.extend_from_slice(&slot);
            let mut table = None;
            while powers.len() < count {
                let first = powers.len();
                let length = SEGMENT.min(POWERS - first);
                powers.extend(development.segment(&self.id, first, length, &mut table)?);
            }
            *slot = Arc::new(powers);
        }
        Ok(slot.clone())
    }

    /// `[tau^(2^20)]G1` and `[tau^(2^20+1)]G1`, which carry the blinding of a sealed unit. A development SRS makes
    /// them alone, without the million before.
    pub fn blinding(&self) -> Result<[G1Affine; 2]> {
        let first = POWERS - 2;
        if let Some(development) = &self.development {
            let low = G1Projective::generator() * development.tau.pow([first as u64]);
            return Ok([low.into_affine(), (low * development.tau).into_affine()]);
        }
        let powers = self.powers(POWERS)?;
        Ok([powers[first], powers[first + 1]])
    }
}

impl Development {
    fn segment(
        &self,
        id: &[u8; 32],
        first: usize,
        length: usize,
        table: &mut Option<BatchMulPreprocessing<G1Projective>>,
    ) -> Result<Vec<G1Affine>> {
        let name: String = id[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.folder.join(format!("srs-{name}-{first:07}.bin"));
        let start = self.tau.pow([first as u64]);
        if let Some(points) = cache::points::<G1Affine>(&path, length) {
            if self.are_powers(&points, start)? {
                return Ok(points);
            }
            cache::damaged(&path);
        }
        let table = table
            .get_or_insert_with(|| BatchMulPreprocessing::new(G1Projective::generator(), POWERS));
        let scalars: Vec<Fr> = std::iter::successors(Some(start), |power| Some(*power * self.tau))
            .take(length)
            .collect();
        let points = table.batch_mul(&scalars);
        cache::write(&path, &cache::points_to_raw(&points))?;
        Ok(points)
    }

    /// Whether points of a file are the powers from `start` on: the sum of random multiples of 32 bits is what tau,
    /// which everybody knows, says. A wrong power would make true commitments look false.
    fn are_powers(&self, points: &[G1Affine], start: Fr) -> Result<bool> {
        let mut state: [u8; 32] = seed::random()?
            .into_bigint()
            .to_bytes_le()
            .try_into()
            .map_err(|_| Error::invalid("a random element has 32 bytes"))?;
        let mut weights = Vec::with_capacity(points.len() + 8);
        while weights.len() < points.len() {
            state = Sha256::digest(state).into();
            weights.extend(
                state
                    .chunks_exact(4)
                    .map(|four| Fr::from(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))),
            );
        }
        weights.truncate(points.len());
        let mut power = start;
        let mut expected = Fr::zero();
        for weight in &weights {
            expected += power * weight;
            power *= self.tau;
        }
        Ok(msm::full(points, &weights) == G1Projective::generator() * expected)
    }
}

/// One pairing equation for all neighbours: `e(sum k_i P_(i+1), G2) = e(sum k_i P_i, [tau]G2)`, k_i random.
fn check_powers(powers: &[G1Affine], tau_g2: &G2Affine) -> Result<()> {
    let mut weight = Fr::one();
    let challenge = seed::random()?;
    let mut weights = Vec::with_capacity(powers.len());
    for _ in 1..powers.len() {
        weights.push(weight.into_bigint());
        weight *= challenge;
    }
    let lower = G1Projective::msm_bigint(&powers[..powers.len() - 1], &weights);
    let upper = G1Projective::msm_bigint(&powers[1..], &weights);
    let pairs = Bn254::multi_pairing(
        [upper.into_affine(), (-lower).into_affine()],
        [G2Affine::generator(), *tau_g2],
    );
    if powers[0] != G1Affine::generator() || tau_g2.is_zero() || !pairs.is_zero() {
        return Err(Error::invalid("the powers do not belong to this [tau]G2"));
    }
    Ok(())
}
