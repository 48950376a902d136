//! `A += sum_i w_i d_i`, exactly, over all updates of a round at once (docs/protocol.md section 1).
//!
//! Reading the updates from memory should be the only cost, so a block's sums are built up in the cache and `A` is
//! touched once. The weights of a merge share a power of two; without it the sums of a whole round fit 32 bits,
//! where vector instructions do most. Any other weights take a slower way through 64 bits.
use crate::vectors::{VectorError, VALUE_LIMIT};
use rayon::prelude::*;

/// Elements summed at a time: long enough runs to be fetched ahead, and sums that stay in a core's own cache.
const BLOCK: usize = 1 << 14;

/// Updates read side by side, so that the sums are loaded and stored once for all of them.
const GROUP: usize = 8;

/// `A += sum_i w_i d_i`. Refuses, with `A` untouched, an `|A|` of `2^61` or more before or after.
pub fn aggregate(a: &mut [i64], deltas: &[&[i8]], weights: &[i64]) -> Result<(), VectorError> {
    if deltas.len() != weights.len() {
        return Err(VectorError::Argument("each vector needs one weight"));
    }
    if let Some(other) = deltas.iter().find(|d| d.len() != a.len()) {
        let (left, right) = (a.len(), other.len());
        return Err(VectorError::Length { left, right });
    }
    let weights = Weights::of(weights)?;
    let add = |(block, a): (usize, &mut [i64])| {
        let before = inside(a);
        weights.apply(a, deltas, block * BLOCK, i64::wrapping_add);
        before & inside(a)
    };
    let blocks = a.par_chunks_mut(BLOCK).enumerate();
    if blocks.map(add).reduce(|| true, |all, one| all & one) {
        return Ok(());
    }
    // Adding is reversible even where it wraps, so no merge pays for a look at all of A before the first block is added.
    let take_back = |(block, a): (usize, &mut [i64])| {
        let after = a.to_vec();
        weights.apply(a, deltas, block * BLOCK, i64::wrapping_sub);
        let outside = |(&a, &b): (&i64, &i64)| !inside(&[a, b]);
        let at = a.iter().zip(&after).position(outside)?;
        Some(block * BLOCK + at)
    };
    let blocks = a.par_chunks_mut(BLOCK).enumerate();
    let index = blocks.filter_map(take_back).min().unwrap_or(0);
    Err(VectorError::TooLarge { index })
}

fn inside(values: &[i64]) -> bool {
    let inside = |a: i64| (-VALUE_LIMIT < a) & (a < VALUE_LIMIT);
    values.iter().fold(true, |all, &a| all & inside(a))
}

/// Weights as the sums are made with them.
enum Weights {
    /// `w_i = weights[i] * 2^shift` and no sum of a round leaves an i32.
    Narrow {
        weights: Vec<i32>,
        shift: u32,
    },
    Wide(Vec<i64>),
}

impl Weights {
    fn of(weights: &[i64]) -> Result<Self, VectorError> {
        // A sum is then at most 2^62, so it fits an i64 together with any |A| < 2^61.
        let total: u128 = weights.iter().map(|w| u128::from(w.unsigned_abs())).sum();
        if total > u128::from(VALUE_LIMIT.unsigned_abs()) / 64 {
            return Err(VectorError::Argument(
                "the weights are more than 2^55 together",
            ));
        }
        let bits = weights.iter().fold(0, |bits, w| bits | w);
        let shift = if bits == 0 { 0 } else { bits.trailing_zeros() };
        if (total >> shift) * 128 > u128::from(i32::MAX.unsigned_abs()) {
            return Ok(Self::Wide(weights.to_vec()));
        }
        let weights = weights.iter().map(|w| (w >> shift) as i32).collect();
        Ok(Self::Narrow { weights, shift })
    }

    /// Changes a block of `A`, which begins at element `start`, by its sum: `op` adds or takes back.
    fn apply<F>(&self, a: &mut [i64], deltas: &[&[i8]], start: usize, op: F)
    where
        F: Fn(i64, i64) -> i64 + Copy,
    {
        let deltas: Vec<&[i8]> = deltas.iter().map(|d| &d[start..start + a.len()]).collect();
        match self {
            Self::Narrow { weights, shift } => {
                let mut sums = [0i32; BLOCK];
                let sums = &mut sums[..a.len()];
                weighted_sums(sums, &deltas, weights);
                for (a, &sum) in a.iter_mut().zip(&*sums) {
                    *a = op(*a, i64::from(sum) << shift);
                }
            }
            Self::Wide(weights) => {
                for (d, &w) in deltas.iter().zip(weights) {
                    for (a, &d) in a.iter_mut().zip(*d) {
                        *a = op(*a, w.wrapping_mul(i64::from(d)));
                    }
                }
            }
        }
    }
}

/// `sums += sum_i w_i d_i` with the widest vectors that this processor has; the caller has bounded the sums.
fn weighted_sums(sums: &mut [i32], deltas: &[&[i8]], weights: &[i32]) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
        fn avx512(sums: &mut [i32], deltas: &[&[i8]], weights: &[i32]) {
            add_groups(sums, deltas, weights);
        }
        #[target_feature(enable = "avx2")]
        fn avx2(sums: &mut [i32], deltas: &[&[i8]], weights: &[i32]) {
            add_groups(sums, deltas, weights);
        }
        let wide = is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl");
        if wide && is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has what the function is compiled for.
            return unsafe { avx512(sums, deltas, weights) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            return unsafe { avx2(sums, deltas, weights) };
        }
    }
    add_groups(sums, deltas, weights);
}

#[inline(always)]
fn add_groups(sums: &mut [i32], deltas: &[&[i8]], weights: &[i32]) {
    let (groups, rest) = deltas.as_chunks::<GROUP>();
    let (group_weights, rest_weights) = weights.as_chunks::<GROUP>();
    for (group, weights) in groups.iter().zip(group_weights) {
        add_group(sums, group, weights);
    }
    for (&d, &w) in rest.iter().zip(rest_weights) {
        add_group(sums, &[d], &[w]);
    }
}

/// Plain code that the compiler turns into the vector instructions of whoever calls it.
#[inline(always)]
fn add_group<const K: usize>(sums: &mut [i32], deltas: &[&[i8]; K], weights: &[i32; K]) {
    let deltas = deltas.map(|d| &d[..sums.len()]);
    for (j, sum) in sums.iter_mut().enumerate() {
        for k in 0..K {
            *sum = sum.wrapping_add(weights[k].wrapping_mul(i32::from(deltas[k][j])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small numbers that differ from element to element and from vector to vector.
    fn deltas(count: usize, n: usize) -> Vec<Vec<i8>> {
        let value = |i: usize, j: usize| ((i * 31 + j * 7 + j * j % 11) % 256) as u8 as i8;
        let vector = |i| (0..n).map(|j| value(i, j)).collect();
        (0..count).map(vector).collect()
    }

    fn slices(deltas: &[Vec<i8>]) -> Vec<&[i8]> {
        deltas.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn every_width_and_every_remainder_gives_the_plain_sum() {
        let n = BLOCK + 77;
        for count in [0, 1, 7, 8, 9, 17] {
            for scale in [1, 3 << 20, -5, (1 << 40) + 1] {
                let vectors = deltas(count, n);
                let weights: Vec<i64> = (0..count as i64).map(|i| (i - 2) * scale).collect();
                let mut a: Vec<i64> = (0..n as i64).map(|j| j * 1_000_003).collect();
                let plain = |j: usize| {
                    let terms = vectors.iter().zip(&weights);
                    a[j] + terms.map(|(d, w)| i64::from(d[j]) * w).sum::<i64>()
                };
                let wanted: Vec<i64> = (0..n).map(plain).collect();
                aggregate(&mut a, &slices(&vectors), &weights).unwrap();
                assert_eq!(a, wanted, "{count} vectors, scale {scale}");
            }
        }
    }

    #[test]
    fn the_plain_and_the_vector_code_agree_at_the_bound() {
        let weights = [(1 << 24) - 1];
        assert!(matches!(
            Weights::of(&[(1 << 24) - 1]).unwrap(),
            Weights::Narrow { .. }
        ));
        let vectors = [vec![-128i8; 99]];
        let (mut plain, mut vector) = ([0; 99], [0; 99]);
        add_groups(&mut plain, &slices(&vectors), &weights);
        weighted_sums(&mut vector, &slices(&vectors), &weights);
        assert_eq!(plain, vector);
        assert_eq!(i64::from(plain[0]), -128 * ((1 << 24) - 1));
    }

    #[test]
    fn a_refused_sum_leaves_every_block_alone() {
        let n = 3 * BLOCK;
        for weights in [[64, 64], [64, (1 << 30) + 1]] {
            let vectors = [vec![1i8; n], vec![1; n]];
            let mut a = vec![5; n];
            a[BLOCK + 3] = VALUE_LIMIT - 128;
            a[2 * BLOCK] = VALUE_LIMIT - 1;
            let before = a.clone();
            let refused = aggregate(&mut a, &slices(&vectors), &weights);
            assert_eq!(refused, Err(VectorError::TooLarge { index: BLOCK + 3 }));
            assert_eq!(a, before);
        }
        // Inside again after the sum, but outside before it.
        let mut a = vec![-VALUE_LIMIT];
        let refused = aggregate(&mut a, &[&[1]], &[1]);
        assert_eq!(refused, Err(VectorError::TooLarge { index: 0 }));
        assert_eq!(a, [-VALUE_LIMIT]);
    }

    #[test]
    fn weights_that_could_wrap_and_vectors_that_do_not_fit_are_refused() {
        for weights in [[1 << 55, 1], [i64::MIN, 0], [i64::MAX, i64::MAX]] {
            assert!(aggregate(&mut [0], &[&[0], &[0]], &weights).is_err());
        }
        assert!(aggregate(&mut [0], &[&[0], &[0]], &[1 << 54, 1 << 54]).is_ok());
        assert!(aggregate(&mut [0], &[&[1, 2]], &[1]).is_err());
        assert!(aggregate(&mut [0], &[&[1]], &[]).is_err());
    }
}
