//! Development keys: made on this machine, the same on every machine, from a public seed. Who knows the seed can
//! prove anything, so the program takes them only in repositories created `insecure`.
//!
//! A key depends on seed, relation, unit size and the digest of the constraints: a changed relation gets a new key and
//! never meets an old file. Files carry checksums; a damaged one means the key is made again.
use std::path::{Path, PathBuf};

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::scalar_mul::BatchMulPreprocessing;
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::{AdditiveGroup, Field};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::key::{b_wires, domain_size, ProvingKey, VerifyingKey};
use crate::cache::points_to_raw;
use crate::error::{Error, Progress, Result};
use crate::r1cs::{System, INSTANCE_WIRES};
use crate::relations::update;
use crate::{cache, seed};

/// What only the maker of a key may know; here everybody does.
pub struct Trapdoor {
    pub alpha: Fr,
    pub beta: Fr,
    pub gamma: Fr,
    pub delta: Fr,
    pub x: Fr,
}

impl Trapdoor {
    pub fn from_seed(seed: &[u8], id: &[u8; 32]) -> Self {
        let label: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let [alpha, beta, gamma, delta, x] =
            [0, 1, 2, 3, 4].map(|index| seed::element(seed, &label, index));
        Self {
            alpha,
            beta,
            gamma,
            delta,
            x,
        }
    }

    fn verifying_key(&self, ic: [G1Affine; INSTANCE_WIRES]) -> VerifyingKey {
        let (g1, g2) = (G1Projective::generator(), G2Projective::generator());
        VerifyingKey {
            alpha_g1: (g1 * self.alpha).into_affine(),
            beta_g2: (g2 * self.beta).into_affine(),
            gamma_g2: (g2 * self.gamma).into_affine(),
            delta_g2: (g2 * self.delta).into_affine(),
            ic,
        }
    }
}

/// What a key of the public seed depends on.
fn identity(seed: &[u8], n: u32, system: &System) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"federity/development/key/v1")
        .chain_update(Sha256::digest(seed))
        .chain_update(b"update")
        .chain_update(n.to_be_bytes())
        .chain_update(system.digest())
        .finalize()
        .into()
}

/// The verifying half of the key that [`proving_key`] gives, without the other: no file, little time.
pub fn verifying_key(seed: &[u8], n: u32) -> Result<VerifyingKey> {
    let system = update::system(n)?;
    let trapdoor = Trapdoor::from_seed(seed, &identity(seed, n, &system));
    let domain = Radix2EvaluationDomain::<Fr>::new(domain_size(&system))
        .ok_or_else(|| Error::invalid("too many constraints"))?;
    let combined = columns(&system, &domain, &trapdoor)?.combined;
    let g1 = G1Projective::generator();
    let ic = [0, 1].map(|wire: usize| (g1 * combined[wire]).into_affine());
    Ok(trapdoor.verifying_key(ic))
}

/// The key for units of `n` elements, from the cache in `folder` or made and put there. `progress` hears the share
/// done, between 0 and 1, and stops the work by an error.
pub fn proving_key(
    seed: &[u8],
    n: u32,
    folder: &Path,
    progress: Progress<'_>,
) -> Result<ProvingKey> {
    let system = update::system(n)?;
    let id = identity(seed, n, &system);
    let files = Files::new(folder, n, &id);
    match files.load(n, system) {
        Ok(key) => Ok(key),
        Err(system) => {
            let key = generate(n, *system, &Trapdoor::from_seed(seed, &id), progress)?;
            files.store(&key)?;
            Ok(key)
        }
    }
}

/// By wire: its polynomials in A, B and C at the secret point, and what stands for it in `ic` or `l`.
struct Columns {
    a: Vec<Fr>,
    b: Vec<Fr>,
    c: Vec<Fr>,
    combined: Vec<Fr>,
}

fn inverse(element: Fr) -> Result<Fr> {
    element
        .inverse()
        .ok_or_else(|| Error::invalid("a trapdoor of zero"))
}

fn columns(
    system: &System,
    domain: &Radix2EvaluationDomain<Fr>,
    trapdoor: &Trapdoor,
) -> Result<Columns> {
    let lagrange = domain.evaluate_all_lagrange_coefficients(trapdoor.x);
    let [mut a, b, c] = [&system.a, &system.b, &system.c].map(|matrix| {
        let mut columns = vec![Fr::ZERO; system.wires()];
        for (row, value) in (0..matrix.rows()).zip(&lagrange) {
            for (wire, coefficient) in matrix.row(row) {
                columns[*wire as usize] += *value * system.coefficients[*coefficient as usize];
            }
        }
        columns
    });
    for wire in 0..INSTANCE_WIRES {
        a[wire] += lagrange[system.constraints() + wire];
    }
    let (gamma_inverse, delta_inverse) = (inverse(trapdoor.gamma)?, inverse(trapdoor.delta)?);
    let combined = a
        .par_iter()
        .zip(&b)
        .zip(&c)
        .enumerate()
        .map(|(wire, ((a, b), c))| {
            let divisor = if wire < INSTANCE_WIRES {
                gamma_inverse
            } else {
                delta_inverse
            };
            (trapdoor.beta * a + trapdoor.alpha * b + c) * divisor
        })
        .collect();
    Ok(Columns { a, b, c, combined })
}

/// A key from its trapdoor.
pub fn generate(
    n: u32,
    system: System,
    trapdoor: &Trapdoor,
    progress: Progress<'_>,
) -> Result<ProvingKey> {
    progress(0.0)?;
    let size = domain_size(&system);
    let double = Radix2EvaluationDomain::<Fr>::new(2 * size)
        .ok_or_else(|| Error::invalid("too many constraints"))?;
    let domain = Radix2EvaluationDomain::<Fr>::new(size)
        .ok_or_else(|| Error::invalid("too many constraints"))?;
    let delta_inverse = inverse(trapdoor.delta)?;
    let Columns { a, b, c, combined } = columns(&system, &domain, trapdoor)?;
    let half = domain.evaluate_vanishing_polynomial(trapdoor.x) * inverse(Fr::from(2u64))?;
    let fold = half * delta_inverse;
    let l: Vec<Fr> = combined
        .par_iter()
        .zip(&c)
        .enumerate()
        .map(|(wire, (own, c))| {
            let folded = *c * fold;
            if wire < INSTANCE_WIRES {
                folded
            } else {
                *own + folded
            }
        })
        .collect();
    let quotient: Vec<Fr> = double
        .evaluate_all_lagrange_coefficients(trapdoor.x)
        .into_par_iter()
        .skip(1)
        .step_by(2)
        .map(|value| value * delta_inverse)
        .collect();

    let b_wires = b_wires(&system);
    let b: Vec<Fr> = b_wires.iter().map(|wire| b[*wire as usize]).collect();
    let (g1, g2) = (G1Projective::generator(), G2Projective::generator());
    progress(0.05)?;
    let b_g2 = BatchMulPreprocessing::new(g2, b.len()).batch_mul(&b);
    let table = BatchMulPreprocessing::new(g1, a.len() + b.len() + l.len() + quotient.len());
    progress(0.4)?;
    let b_g1 = table.batch_mul(&b);
    let a = table.batch_mul(&a);
    progress(0.65)?;
    let h = table.batch_mul(&quotient);
    progress(0.85)?;
    let l = table.batch_mul(&l);
    let ic = [0, 1].map(|wire: usize| (g1 * combined[wire]).into_affine());
    progress(1.0)?;
    Ok(ProvingKey {
        n,
        system,
        vk: trapdoor.verifying_key(ic),
        beta_g1: (g1 * trapdoor.beta).into_affine(),
        delta_g1: (g1 * trapdoor.delta).into_affine(),
        a,
        b_g1,
        b_g2,
        b_wires,
        h,
        l,
    })
}

/// The file of `l`, by a name that says that C is in it: older versions keep another vector as `l`.
const LAST: &str = "lc";

/// One file for each vector, so that loading holds only one of them twice.
struct Files {
    folder: PathBuf,
    stem: String,
}

impl Files {
    fn new(folder: &Path, n: u32, id: &[u8; 32]) -> Self {
        let hash: String = id[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            folder: folder.to_path_buf(),
            stem: format!("key-update-{n}-{hash}"),
        }
    }

    fn path(&self, part: &str) -> PathBuf {
        self.folder.join(format!("{}-{part}.bin", self.stem))
    }

    fn g1(&self, part: &str, count: usize) -> Option<Vec<G1Affine>> {
        cache::points(&self.path(part), count)
    }

    fn g2(&self, part: &str, count: usize) -> Option<Vec<G2Affine>> {
        cache::points(&self.path(part), count)
    }

    /// The stored key, or the system back when a file is missing or damaged.
    fn load(&self, n: u32, system: System) -> std::result::Result<ProvingKey, Box<System>> {
        let b_wires = b_wires(&system);
        let (wires, size) = (system.wires(), domain_size(&system));
        let read = || {
            let head = self.g1("head", 5)?;
            let [alpha_g1, ic0, ic1, beta_g1, delta_g1] = head.try_into().ok()?;
            let [beta_g2, gamma_g2, delta_g2] = self.g2("head2", 3)?.try_into().ok()?;
            let vk = VerifyingKey {
                alpha_g1,
                beta_g2,
                gamma_g2,
                delta_g2,
                ic: [ic0, ic1],
            };
            let b_g1 = self.g1("b1", b_wires.len())?;
            let b_g2 = self.g2("b2", b_wires.len())?;
            let (a, h) = (self.g1("a", wires)?, self.g1("h", size)?);
            Some((
                vk,
                beta_g1,
                delta_g1,
                a,
                b_g1,
                b_g2,
                h,
                self.g1(LAST, wires)?,
            ))
        };
        match read() {
            Some((vk, beta_g1, delta_g1, a, b_g1, b_g2, h, l)) => Ok(ProvingKey {
                n,
                system,
                vk,
                beta_g1,
                delta_g1,
                a,
                b_g1,
                b_g2,
                b_wires,
                h,
                l,
            }),
            None => Err(Box::new(system)),
        }
    }

    fn store(&self, key: &ProvingKey) -> Result<()> {
        let vk = &key.vk;
        let head = [vk.alpha_g1, vk.ic[0], vk.ic[1], key.beta_g1, key.delta_g1];
        for (part, points) in [
            ("head", &head[..]),
            ("a", &key.a),
            ("b1", &key.b_g1),
            ("h", &key.h),
            (LAST, &key.l),
        ] {
            cache::write(&self.path(part), &points_to_raw(points))?;
        }
        for (part, points) in [
            ("head2", &[vk.beta_g2, vk.gamma_g2, vk.delta_g2][..]),
            ("b2", &key.b_g2),
        ] {
            cache::write(&self.path(part), &points_to_raw(points))?;
        }
        Ok(())
    }
}
