//! Sums of many multiples of points: Pippenger's bucket method with signed windows.
//!
//! Most time goes into adding points to buckets. Buckets are affine and additions are made in batches that share one
//! inversion (Montgomery's trick): six field multiplications an addition instead of ten.
use std::ops::Range;

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::short_weierstrass::{Affine, Bucket, Projective, SWCurveConfig};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, BigInt, BigInteger, Field, PrimeField, Zero};
use rayon::prelude::*;

/// Additions that share an inversion.
const BATCH: usize = 256;
const SCALAR_BITS: usize = Fr::MODULUS_BIT_SIZE as usize;

/// Buckets to which points are added in batches.
struct Buckets<P: SWCurveConfig> {
    sums: Vec<Affine<P>>,
    /// Takes what meets a bucket that is already part of the batch.
    overflow: Vec<Bucket<P>>,
    busy: Vec<bool>,
    pending: Vec<(usize, Affine<P>)>,
    denominators: Vec<P::BaseField>,
    products: Vec<P::BaseField>,
}

impl<P: SWCurveConfig> Buckets<P> {
    fn new(count: usize) -> Self {
        Self {
            sums: vec![Affine::identity(); count],
            overflow: vec![Bucket::ZERO; count],
            busy: vec![false; count],
            pending: Vec::with_capacity(BATCH),
            denominators: Vec::with_capacity(BATCH),
            products: Vec::with_capacity(BATCH),
        }
    }

    fn add(&mut self, index: usize, point: Affine<P>) {
        if point.is_zero() {
            return;
        }
        let sum = &mut self.sums[index];
        if self.busy[index] {
            self.overflow[index] += &point;
        } else if sum.is_zero() {
            *sum = point;
        } else if sum.x == point.x {
            // Equal or opposite: no chord to draw.
            self.overflow[index] += &point;
        } else {
            self.denominators.push(point.x - sum.x);
            self.busy[index] = true;
            self.pending.push((index, point));
            if self.pending.len() == BATCH {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        self.products.clear();
        let mut product = P::BaseField::ONE;
        for denominator in &self.denominators {
            self.products.push(product);
            product *= denominator;
        }
        let mut inverse = product
            .inverse()
            .expect("differences of unequal coordinates");
        let steps = self
            .pending
            .iter()
            .zip(&self.denominators)
            .zip(&self.products);
        for (((index, point), denominator), product) in steps.rev() {
            let sum = &mut self.sums[*index];
            let slope = (point.y - sum.y) * (inverse * product);
            inverse *= denominator;
            let x = slope.square() - sum.x - point.x;
            sum.y = slope * (sum.x - x) - sum.y;
            sum.x = x;
            self.busy[*index] = false;
        }
        self.pending.clear();
        self.denominators.clear();
    }

    /// `sum (i+1) * bucket_i`, by suffix sums.
    fn weighted_sum(mut self) -> Projective<P> {
        self.flush();
        let mut running = Bucket::<P>::ZERO;
        let mut total = Bucket::<P>::ZERO;
        for (sum, overflow) in self.sums.iter().zip(&self.overflow).rev() {
            running += sum;
            running += overflow;
            total += &running;
        }
        total.into()
    }

    /// `sum bucket_i`.
    fn sum(mut self) -> Projective<P> {
        self.flush();
        let mut total = Bucket::<P>::ZERO;
        for (sum, overflow) in self.sums.iter().zip(&self.overflow) {
            total += sum;
            total += overflow;
        }
        total.into()
    }
}

/// Bits of a window: additions shrink with it, buckets grow.
fn window(count: usize) -> usize {
    match count {
        0..64 => 4,
        64..1024 => 7,
        1024..8192 => 9,
        8192..32768 => 12,
        32768..131072 => 13,
        _ => 15,
    }
}

/// `sum scalars_i * bases_i`.
pub fn full<P>(bases: &[Affine<P>], scalars: &[Fr]) -> Projective<P>
where
    P: SWCurveConfig<ScalarField = Fr>,
{
    let bits = window(scalars.len());
    let windows = SCALAR_BITS.div_ceil(bits);
    let half = 1i64 << (bits - 1);
    // With half a window added everywhere but on top, window k of the sum less a half is a signed digit of the scalar.
    let mut bias = BigInt::<4>::zero();
    for index in 0..windows - 1 {
        let bit = index * bits + bits - 1;
        bias.0[bit / 64] |= 1 << (bit % 64);
    }
    let biased: Vec<BigInt<4>> = scalars
        .par_iter()
        .map(|scalar| {
            let mut integer = scalar.into_bigint();
            integer.add_with_carry(&bias);
            integer
        })
        .collect();
    let sums: Vec<Projective<P>> = (0..windows)
        .into_par_iter()
        .map(|index| {
            let half = if index + 1 < windows { half } else { 0 };
            let first = index * bits;
            let mut buckets = Buckets::new(
                1 << if half == 0 {
                    SCALAR_BITS - first
                } else {
                    bits - 1
                },
            );
            for (base, integer) in bases.iter().zip(&biased) {
                let digit = extract(integer, first, bits) - half;
                match digit.unsigned_abs() as usize {
                    0 => {}
                    magnitude if digit > 0 => buckets.add(magnitude - 1, *base),
                    magnitude => buckets.add(magnitude - 1, -*base),
                }
            }
            buckets.weighted_sum()
        })
        .collect();
    sums.into_iter()
        .rev()
        .fold(Projective::zero(), |total, sum| {
            (0..bits).fold(total, |total, _| total.double()) + sum
        })
}

/// `bits` bits from bit `first` on.
fn extract(integer: &BigInt<4>, first: usize, bits: usize) -> i64 {
    let (limb, shift) = (first / 64, first % 64);
    let mut value = integer.0[limb] >> shift;
    if shift + bits > 64 && limb < 3 {
        value |= integer.0[limb + 1] << (64 - shift);
    }
    (value & ((1 << bits) - 1)) as i64
}

/// The sum of those bases whose flag is set.
pub fn selected<P: SWCurveConfig>(bases: &[Affine<P>], flags: &[bool]) -> Projective<P> {
    let each = bases
        .len()
        .div_ceil(rayon::current_num_threads())
        .max(BATCH);
    bases
        .par_chunks(each)
        .zip(flags.par_chunks(each))
        .map(|(bases, flags)| {
            let mut buckets = Buckets::new(2 * BATCH);
            let chosen = bases.iter().zip(flags).filter(|(_, flag)| **flag);
            for (position, (base, _)) in chosen.enumerate() {
                buckets.add(position % (2 * BATCH), *base);
            }
            buckets.sum()
        })
        .sum()
}

/// `sum wires_i * bases_i`, where the wires in `bits` are 0 or 1: those bases are only added up.
pub fn wires<P>(bases: &[Affine<P>], wires: &[Fr], bits: Range<usize>) -> Projective<P>
where
    P: SWCurveConfig<ScalarField = Fr>,
{
    let flags: Vec<bool> = wires[bits.clone()]
        .par_iter()
        .map(|wire| !wire.is_zero())
        .collect();
    let chosen = selected(&bases[bits.clone()], &flags);
    // Points nobody multiplies cost nothing later.
    let rest = (0..bits.start).chain(bits.end..wires.len());
    let (bases, scalars): (Vec<_>, Vec<_>) = rest
        .filter(|wire| !wires[*wire].is_zero() && !bases[*wire].is_zero())
        .map(|wire| (bases[wire], wires[wire]))
        .unzip();
    chosen + full(&bases, &scalars)
}

/// For each of the `LANES` interleaved lanes of `values`, the sum over j of `values[LANES*j + lane] * bases_j`.
/// A value of eight bits costs one addition.
pub fn lanes_i8<const LANES: usize>(bases: &[G1Affine], values: &[i8]) -> [G1Projective; LANES] {
    let each = bases.len().div_ceil(rayon::current_num_threads()).max(1024);
    bases
        .par_chunks(each)
        .zip(values.par_chunks(each * LANES))
        .map(|(bases, values)| lanes_serial::<LANES>(bases, values))
        .reduce(
            || [G1Projective::zero(); LANES],
            |left, right| std::array::from_fn(|lane| left[lane] + right[lane]),
        )
}

fn lanes_serial<const LANES: usize>(bases: &[G1Affine], values: &[i8]) -> [G1Projective; LANES] {
    // Too few buckets for batches of additions: deltas are small, so most would meet in the same ones.
    let mut buckets = vec![[Bucket::ZERO; 128]; LANES];
    for (base, lanes) in bases.iter().zip(values.chunks(LANES)) {
        for (buckets, value) in buckets.iter_mut().zip(lanes) {
            match usize::from(value.unsigned_abs()) {
                0 => {}
                magnitude if *value > 0 => buckets[magnitude - 1] += base,
                magnitude => buckets[magnitude - 1] += -*base,
            }
        }
    }
    std::array::from_fn(|lane| {
        let mut running = Bucket::ZERO;
        let mut total = Bucket::ZERO;
        for bucket in buckets[lane].iter().rev() {
            running += bucket;
            total += &running;
        }
        total.into()
    })
}
