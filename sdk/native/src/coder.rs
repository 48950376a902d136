//! One chunk of a delta as bytes, and back (ADR 0004).
//!
//! After DeepCABAC (Wiedemann et al., 2019): per element a flag "not zero" under the context of its neighbours, then
//! the sign, then the magnitude in unary with an Exp-Golomb tail. Every bit is adaptive, so the coder learns a model's
//! density and spread while it reads them. Integers only: the same bytes on every machine.
//!
//! One vector has one encoding. `decode` writes what it reads once more and refuses bytes that differ, which also
//! refuses anything appended, cut off or padded.
use crate::range_coder::{Coder, Estimate, Reader, Writer};

/// Elements of a chunk: four lanes of 2^20 coefficients.
pub const CHUNK: usize = 1 << 22;

const UNARY: usize = 14;
const DENSITIES: usize = 12;
const SPREADS: usize = 8;
/// A tail has at most this many bits: 128 - 1 - UNARY is below 2^7 - 1.
const TAIL: usize = 7;

/// What is known when an element is coded: its predecessors, and the odds learnt under each context.
struct Model {
    present: [Estimate; 4 * DENSITIES],
    negative: [Estimate; 27],
    more: [[Estimate; UNARY]; SPREADS],
    length: [Estimate; TAIL + 1],
    bits: [Estimate; TAIL * (TAIL + 1)],
    /// Bit i: whether the element i + 1 places back was not zero.
    history: u64,
    /// Signs of the two elements before, and of the last that was not zero: 0 none, 1 plus, 2 minus.
    signs: [usize; 3],
    /// Running mean of magnitudes, in sixteenths.
    spread: u32,
}

impl Model {
    fn new() -> Self {
        Self {
            present: [Estimate::EVEN; 4 * DENSITIES],
            negative: [Estimate::EVEN; 27],
            more: [[Estimate::EVEN; UNARY]; SPREADS],
            length: [Estimate::EVEN; TAIL + 1],
            bits: [Estimate::EVEN; TAIL * (TAIL + 1)],
            history: 0,
            signs: [0; 3],
            spread: 32,
        }
    }

    /// Neighbours one and two places back, and how many of the last 64 were not zero.
    #[inline]
    fn presence_context(&self) -> usize {
        const BUCKET: [u8; 65] = density_buckets();
        let density = usize::from(BUCKET[self.history.count_ones() as usize]);
        (self.history & 3) as usize * DENSITIES + density
    }

    #[inline]
    fn element<C: Coder>(&mut self, coder: &mut C, value: i8) -> Option<i8> {
        let at = self.presence_context();
        let present = coder.code(&mut self.present[at], value != 0);
        self.history = self.history << 1 | u64::from(present);
        if !present {
            self.signs = [0, self.signs[0], self.signs[2]];
            return Some(0);
        }
        self.nonzero(coder, value)
    }

    fn nonzero<C: Coder>(&mut self, coder: &mut C, value: i8) -> Option<i8> {
        let at = self.signs[0] * 9 + self.signs[1] * 3 + self.signs[2];
        let negative = coder.code(&mut self.negative[at], value < 0);
        let sign = 1 + usize::from(negative);
        self.signs = [sign, self.signs[0], sign];
        let magnitude = self.magnitude(coder, u32::from(value.unsigned_abs()))?;
        self.spread = self.spread - (self.spread >> 4) + magnitude;
        match (negative, magnitude) {
            (true, 1..=128) => Some((-(magnitude as i32)) as i8),
            (false, 1..=127) => Some(magnitude as i8),
            _ => None,
        }
    }

    fn magnitude<C: Coder>(&mut self, coder: &mut C, magnitude: u32) -> Option<u32> {
        let row = match self.spread / 8 {
            0..=2 => 0,
            3 => 1,
            4 => 2,
            5..=6 => 3,
            7..=9 => 4,
            10..=15 => 5,
            16..=31 => 6,
            _ => 7,
        };
        for (i, estimate) in self.more[row].iter_mut().enumerate() {
            let floor = i as u32 + 1;
            if !coder.code(estimate, magnitude > floor) {
                return Some(floor);
            }
        }
        self.tail(coder, magnitude.wrapping_sub(UNARY as u32))
    }

    /// Exp-Golomb of a number from 1 up: its length in unary, then its bits below the first.
    fn tail<C: Coder>(&mut self, coder: &mut C, rest: u32) -> Option<u32> {
        let wanted = rest.checked_ilog2().unwrap_or(0) as usize;
        let mut length = 0;
        while coder.code(&mut self.length[length], length < wanted) {
            length += 1;
            if length == TAIL {
                return None;
            }
        }
        let mut number = 1u32;
        for i in (0..length).rev() {
            let estimate = &mut self.bits[length * TAIL + i];
            number = number << 1 | u32::from(coder.code(estimate, rest >> i & 1 == 1));
        }
        Some(number + UNARY as u32)
    }
}

const fn density_buckets() -> [u8; 65] {
    let mut table = [0; 65];
    let mut i = 0;
    while i < 65 {
        table[i] = match i {
            0..=6 => i as u8,
            7..=8 => 7,
            9..=12 => 8,
            13..=20 => 9,
            21..=36 => 10,
            _ => 11,
        };
        i += 1;
    }
    table
}

/// The one encoding of `values`, at most a chunk.
pub fn encode(values: &[i8]) -> Vec<u8> {
    let mut model = Model::new();
    let mut writer = Writer::new();
    for &value in values {
        model.element(&mut writer, value);
    }
    writer.finish()
}

/// The `n` values that `data` is the encoding of; `None` when it is the encoding of nothing.
///
/// Takes time and memory of the order of `n`, whatever `data` is: missing bytes are zeros, and a long run of zeros at
/// the end of a vector is coded by just those.
pub fn decode(data: &[u8], n: usize) -> Option<Vec<i8>> {
    let mut model = Model::new();
    let mut reader = Reader::new(data);
    let mut values = vec![0i8; n];
    for value in &mut values {
        *value = model.element(&mut reader, 0)?;
    }
    reader.ends_canonically().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// xorshift64, so that tests need no dependency and repeat.
    fn noise(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    fn vector(n: usize, one_in: u64, spread: u64, state: &mut u64) -> Vec<i8> {
        let value = |_| {
            let draw = noise(state);
            if !draw.is_multiple_of(one_in) {
                return 0;
            }
            (draw >> 32) as i8 / (1 + (draw >> 8) % spread) as i8
        };
        (0..n).map(value).collect()
    }

    #[test]
    fn every_vector_comes_back() {
        let mut state = 7;
        for n in [0, 1, 2, 63, 64, 65, 1000, 40_000] {
            for (one_in, spread) in [(1, 1), (2, 30), (12, 100), (1000, 3)] {
                let values = vector(n, one_in, spread, &mut state);
                assert_eq!(decode(&encode(&values), n), Some(values));
            }
        }
        for value in i8::MIN..=i8::MAX {
            let values = [value; 3];
            assert_eq!(decode(&encode(&values), 3).unwrap(), values);
        }
    }

    #[test]
    fn a_zero_vector_costs_nothing() {
        for n in [5000, CHUNK] {
            assert!(encode(&vec![0; n]).is_empty());
            assert_eq!(decode(&[], n), Some(vec![0; n]));
        }
    }

    #[test]
    fn a_few_values_before_a_whole_chunk_of_zeros_come_back() {
        let mut values = vec![0i8; CHUNK];
        values[..3].copy_from_slice(&[5, -7, 127]);
        let data = encode(&values);
        assert!(data.len() < 20);
        assert_eq!(decode(&data, CHUNK), Some(values));
    }

    #[test]
    fn other_bytes_are_refused_or_mean_another_vector() {
        let mut state = 99;
        let values = vector(3000, 9, 40, &mut state);
        let data = encode(&values);
        let mut longer = data.clone();
        longer.push(0);
        assert_eq!(decode(&longer, 3000), None);
        longer.push(1);
        assert_eq!(decode(&longer, 3000), None);
        assert_eq!(decode(&data[..data.len() - 1], 3000), None);
        for i in 0..data.len() {
            let mut other = data.clone();
            other[i] ^= 1 << (i % 8);
            if let Some(read) = decode(&other, 3000) {
                assert_ne!(read, values);
                assert_eq!(encode(&read), other);
            }
        }
    }

    #[test]
    fn noise_is_never_read_past_n() {
        let mut state = 3;
        for n in [0, 1, 5, 300] {
            for _ in 0..2000 {
                let data: Vec<u8> = (0..noise(&mut state) % 80)
                    .map(|_| noise(&mut state) as u8)
                    .collect();
                if let Some(read) = decode(&data, n) {
                    assert_eq!((read.len(), encode(&read)), (n, data));
                }
            }
        }
    }
}
