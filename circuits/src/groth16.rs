//! The Groth16 prover.
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::CurveGroup;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use federity_protocol::constants::PROOF_BYTES;
use rayon::prelude::*;

use crate::error::{Error, Progress, Result};
use crate::msm;
use crate::points::{g1_bytes, g2_bytes};
use crate::r1cs::{System, INSTANCE_WIRES};
use crate::setup::key::{domain_size, ProvingKey};

#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    pub a: G1Affine,
    pub b: G2Affine,
    pub c: G1Affine,
}

impl Proof {
    /// A, B, C in the program's point encoding; A is not negated.
    pub fn to_bytes(&self) -> [u8; PROOF_BYTES] {
        let mut out = [0; PROOF_BYTES];
        out[..64].copy_from_slice(&g1_bytes(&self.a));
        out[64..192].copy_from_slice(&g2_bytes(&self.b));
        out[192..].copy_from_slice(&g1_bytes(&self.c));
        out
    }
}

/// Values of `AB` on the odd 2D-th roots of unity, D the domain's size; what `C` takes off there is in the key's `l`.
/// Refuses wires that break a constraint.
pub fn quotient_values(system: &System, wires: &[Fr]) -> Result<Vec<Fr>> {
    let size = domain_size(system);
    let values = system.evaluate(wires, size);
    if let Some(group) = system.violation(&values) {
        return Err(Error::Unsatisfied(format!(
            "the witness breaks the relation: {group}"
        )));
    }
    let rows = system.constraints();
    let [mut a, mut b, _] = values;
    a[rows..rows + INSTANCE_WIRES].copy_from_slice(&wires[..INSTANCE_WIRES]);
    let too_large = || Error::invalid("too many constraints");
    let domain = Radix2EvaluationDomain::<Fr>::new(size).ok_or_else(too_large)?;
    let shift = Radix2EvaluationDomain::<Fr>::new(2 * size)
        .ok_or_else(too_large)?
        .group_gen;
    let coset = domain.get_coset(shift).ok_or_else(too_large)?;
    for column in [&mut a, &mut b] {
        domain.ifft_in_place(column);
        coset.fft_in_place(column);
    }
    a.par_iter_mut().zip(b).for_each(|(a, b)| *a *= b);
    Ok(a)
}

/// Proves that `wires` satisfy the key's relation, blinded by `r` and `s`. `between` is called with the share of work
/// done and may stop it.
pub fn prove(
    key: &ProvingKey,
    wires: &[Fr],
    [r, s]: [Fr; 2],
    bits: std::ops::Range<usize>,
    between: Progress<'_>,
) -> Result<Proof> {
    let quotient = quotient_values(&key.system, wires)?;
    between(0.25)?;
    let h = msm::full(&key.h, &quotient);
    drop(quotient);
    between(0.6)?;
    let a = msm::wires(&key.a, wires, bits.clone()) + key.vk.alpha_g1 + key.delta_g1 * r;
    let l = msm::wires(&key.l, wires, bits.clone());
    between(0.75)?;
    let selected: Vec<Fr> = key
        .b_wires
        .iter()
        .map(|wire| wires[*wire as usize])
        .collect();
    let position = |wire: usize| {
        key.b_wires
            .partition_point(|other| (*other as usize) < wire)
    };
    let bits = position(bits.start)..position(bits.end);
    let b1 = msm::wires(&key.b_g1, &selected, bits.clone()) + key.beta_g1 + key.delta_g1 * s;
    let b2 = msm::wires(&key.b_g2, &selected, bits) + key.vk.beta_g2 + key.vk.delta_g2 * s;
    between(0.95)?;
    let c = l + h + a * s + b1 * r - key.delta_g1 * (r * s);
    Ok(Proof {
        a: a.into_affine(),
        b: b2.into_affine(),
        c: c.into_affine(),
    })
}
