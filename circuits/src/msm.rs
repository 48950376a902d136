//! Sums of many multiples of points.
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::VariableBaseMSM;
use ark_ff::{PrimeField, Zero};
use rayon::prelude::*;

type Bucket = <G1Projective as VariableBaseMSM>::Bucket;

/// `sum scalars_i * bases_i` for scalars of any size; short ones are sorted out and cost less.
pub fn full(bases: &[G1Affine], scalars: &[Fr]) -> G1Projective {
    let integers: Vec<_> = scalars
        .par_iter()
        .map(|scalar| scalar.into_bigint())
        .collect();
    G1Projective::msm_bigint(bases, &integers)
}

/// For each of the `LANES` interleaved lanes of `values`, the sum over j of `values[LANES*j + lane] * bases_j`.
/// A value of eight bits costs one addition.
pub fn lanes_i8<const LANES: usize>(bases: &[G1Affine], values: &[i8]) -> [G1Projective; LANES] {
    let points_each = bases.len().div_ceil(rayon::current_num_threads()).max(1024);
    bases
        .par_chunks(points_each)
        .zip(values.par_chunks(points_each * LANES))
        .map(|(bases, values)| lanes_serial::<LANES>(bases, values))
        .reduce(
            || [G1Projective::zero(); LANES],
            |left, right| std::array::from_fn(|lane| left[lane] + right[lane]),
        )
}

fn lanes_serial<const LANES: usize>(bases: &[G1Affine], values: &[i8]) -> [G1Projective; LANES] {
    let mut buckets = vec![[G1Projective::ZERO_BUCKET; 128]; LANES];
    for (base, lanes) in bases.iter().zip(values.chunks(LANES)) {
        for (buckets, value) in buckets.iter_mut().zip(lanes) {
            match value.unsigned_abs() {
                0 => {}
                magnitude if *value > 0 => buckets[usize::from(magnitude) - 1] += base,
                magnitude => buckets[usize::from(magnitude) - 1] -= base,
            }
        }
    }
    std::array::from_fn(|lane| weighted_sum(&buckets[lane]))
}

/// `sum (i+1) * buckets_i`, by suffix sums.
fn weighted_sum(buckets: &[Bucket]) -> G1Projective {
    let mut running = G1Projective::ZERO_BUCKET;
    let mut total = G1Projective::ZERO_BUCKET;
    for bucket in buckets.iter().rev() {
        running += bucket;
        total += &running;
    }
    total.into()
}

/// `sum wires_i * bases_i`, where the wires in `bits` are 0 or 1: those bases are only added up.
pub fn wires<G>(bases: &[G::MulBase], wires: &[Fr], bits: std::ops::Range<usize>) -> G
where
    G: VariableBaseMSM<ScalarField = Fr>,
{
    let flags: Vec<bool> = wires[bits.clone()]
        .par_iter()
        .map(|wire| !wire.is_zero())
        .collect();
    let integers =
        |range: std::ops::Range<usize>| wires[range].par_iter().map(|wire| wire.into_bigint());
    let rest: Vec<_> = integers(0..bits.start)
        .chain(integers(bits.end..wires.len()))
        .collect();
    let (low, high) = rest.split_at(bits.start);
    G::msm_u1(&bases[bits.clone()], &flags)
        + G::msm_bigint(&bases[bits.end..], high)
        + G::msm_bigint(bases, low)
}
