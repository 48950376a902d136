//! KZG commitments to integer vectors (docs/protocol.md, section 2) and their openings (section 4).
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, BigInt, Zero};
use federity_protocol::constants::{
    BOUND_LIMIT, CHUNK_COEFFICIENTS, CHUNK_ELEMENTS, LANES, LANE_BITS,
};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::msm;
use crate::srs::Srs;

const LANE_COUNT: usize = LANES as usize;

/// A part of a chunk's vector.
#[derive(Clone, Copy)]
pub enum Values<'a> {
    I8(&'a [i8]),
    I64(&'a [i64]),
}

impl Values<'_> {
    /// Zeros at the end add nothing, and the powers they would be multiplied with need not be loaded.
    fn until_last_nonzero(self) -> Self {
        match self {
            Self::I8(values) => Self::I8(before(values, values.iter().rposition(|v| *v != 0))),
            Self::I64(values) => Self::I64(before(values, values.iter().rposition(|v| *v != 0))),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::I8(values) => values.len(),
            Self::I64(values) => values.len(),
        }
    }
}

fn before<T>(values: &[T], last: Option<usize>) -> &[T] {
    &values[..last.map_or(0, |last| last + 1)]
}

/// Commits to `values`, whose first is element `first_element` (a multiple of four) of its chunk.
pub fn commit(srs: &Srs, values: Values<'_>, first_element: usize) -> Result<G1Affine> {
    let end = first_element
        .checked_add(values.len())
        .filter(|end| *end <= CHUNK_ELEMENTS as usize);
    if end.is_none() || !first_element.is_multiple_of(LANE_COUNT) {
        return Err(Error::invalid(format!(
            "elements lie in a chunk of {CHUNK_ELEMENTS} and start at a multiple of {LANES}"
        )));
    }
    let values = values.until_last_nonzero();
    let first = first_element / LANE_COUNT;
    let count = values.len().div_ceil(LANE_COUNT);
    let powers = srs.powers(first + count)?;
    let bases = &powers[first..first + count];
    let point = match values {
        Values::I8(values) => msm::lanes_i8::<LANE_COUNT>(bases, values)
            .into_iter()
            .rev()
            .fold(G1Projective::zero(), |sum, lane| {
                (0..LANE_BITS).fold(sum, |sum, _| sum.double()) + lane
            }),
        Values::I64(values) => {
            if let Some(value) = values
                .par_iter()
                .find_any(|value| value.unsigned_abs() >= BOUND_LIMIT)
            {
                return Err(Error::invalid(format!(
                    "{value} is out of range: a lane holds less than 2^61"
                )));
            }
            let packed: Vec<Fr> = values.par_chunks(LANE_COUNT).map(pack).collect();
            msm::full(bases, &packed)
        }
    };
    Ok(point.into_affine())
}

/// `c = sum v_b * 2^(62 b)` for up to four lanes below 2^61 in magnitude.
pub fn pack(lanes: &[i64]) -> Fr {
    let mut parts = [[0u64; 4]; 2];
    for (lane, value) in lanes.iter().enumerate() {
        let part = &mut parts[usize::from(*value < 0)];
        let (limb, shift) = (
            lane * LANE_BITS as usize / 64,
            lane * LANE_BITS as usize % 64,
        );
        let shifted = u128::from(value.unsigned_abs()) << shift;
        part[limb] |= shifted as u64;
        if limb < 3 {
            part[limb + 1] |= (shifted >> 64) as u64;
        }
    }
    let [positive, negative] = parts.map(|limbs| Fr::from(BigInt(limbs)));
    positive - negative
}

/// Opens `X^offset * c(X) + (r0 + r1 X) X^(2^20)` at `rho`: its value there and the commitment to the quotient.
pub fn open(
    srs: &Srs,
    offset: usize,
    coefficients: &[Fr],
    blinds: [Fr; 2],
    rho: Fr,
) -> Result<(Fr, G1Affine)> {
    let top = CHUNK_COEFFICIENTS as usize;
    if offset + coefficients.len() > top {
        return Err(Error::invalid("a unit lies inside one chunk"));
    }
    let sealed = blinds.iter().any(|blind| !blind.is_zero());
    let mut polynomial = vec![Fr::ZERO; offset];
    polynomial.extend_from_slice(coefficients);
    if sealed {
        polynomial.resize(top, Fr::ZERO);
        polynomial.extend(blinds);
    }
    // Synthetic division from the top: what is carried below the constant term is the value.
    let mut carry = Fr::ZERO;
    for coefficient in polynomial.iter_mut().rev() {
        let quotient = carry;
        carry = carry * rho + *coefficient;
        *coefficient = quotient;
    }
    let powers = srs.powers(polynomial.len())?;
    let quotient = msm::full(&powers[..polynomial.len()], &polynomial);
    Ok((carry, quotient.into_affine()))
}
