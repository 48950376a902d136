//! A binary arithmetic coder with adaptive probabilities, integers only.
//!
//! The interval arithmetic is that of Martin's range coder (1979) with 32-bit state and carries propagated into what
//! was already written; a probability is the mean of a fast and a slow estimate, as in the state machines of CABAC's
//! successors. The stream's last bytes are the fewest that identify the interval, zero bytes at the end are not
//! written, and a reader takes missing bytes for zero.

const PROBABILITY_BITS: u32 = 16;
/// Keeps both halves of the interval non-empty: `range >> 16` is at least 256.
const LEAST: u32 = 48;
const NORMAL: u32 = 1 << 24;

/// How likely the next bit in one context is to be 0, learnt as it goes.
#[derive(Clone, Copy)]
pub struct Estimate {
    fast: u16,
    slow: u16,
    /// Bits seen, up to 126: a young estimate moves in larger steps.
    age: u8,
}

impl Estimate {
    pub const EVEN: Self = Self {
        fast: 1 << 15,
        slow: 1 << 15,
        age: 0,
    };

    #[inline]
    fn zero(self) -> u32 {
        let mean = (u32::from(self.fast) + u32::from(self.slow)) >> 1;
        mean.clamp(LEAST, (1 << PROBABILITY_BITS) - LEAST)
    }

    #[inline]
    fn learn(&mut self, bit: bool) {
        // The targets 0 and 65535 keep both estimates inside u16 for ever.
        let slow = 1 + (self.age + 1).ilog2();
        let fast = slow.min(4);
        if bit {
            self.fast -= self.fast >> fast;
            self.slow -= self.slow >> slow;
        } else {
            self.fast += (u16::MAX - self.fast) >> fast;
            self.slow += (u16::MAX - self.slow) >> slow;
        }
        self.age += u8::from(self.age < 126);
    }
}

/// What a bit passes through: into a stream when writing, out of one when reading.
pub trait Coder {
    /// Codes `bit` (a reader ignores its value) and returns the bit that is in the stream.
    fn code(&mut self, estimate: &mut Estimate, bit: bool) -> bool;
}

pub struct Writer {
    low: u32,
    range: u32,
    out: Vec<u8>,
}

impl Writer {
    pub fn new() -> Self {
        Self {
            low: 0,
            range: u32::MAX,
            out: Vec::new(),
        }
    }

    /// The part of the interval that stands for 0.
    #[inline]
    fn bound(&self, estimate: &Estimate) -> u32 {
        (self.range >> PROBABILITY_BITS) * estimate.zero()
    }

    /// Takes one side of the bound; returns by how many bytes the interval was scaled up.
    #[inline]
    fn take(&mut self, bound: u32, bit: bool) -> u32 {
        if bit {
            self.add(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        let mut bytes = 0;
        while self.range < NORMAL {
            self.out.push((self.low >> 24) as u8);
            self.low <<= 8;
            self.range <<= 8;
            bytes += 1;
        }
        bytes
    }

    #[inline]
    fn add(&mut self, amount: u32) {
        let (low, carry) = self.low.overflowing_add(amount);
        self.low = low;
        if carry {
            for byte in self.out.iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
        }
    }

    /// The whole stream, as short as it can be.
    pub fn finish(mut self) -> Vec<u8> {
        for zeros in [24, 16, 8, 0] {
            let mask = (1u32 << zeros) - 1;
            let up = self.low.wrapping_neg() & mask;
            if up < self.range {
                self.add(up);
                break;
            }
        }
        self.out.extend(self.low.to_be_bytes());
        let used = self.out.iter().rposition(|&b| b != 0).map_or(0, |i| i + 1);
        self.out.truncate(used);
        self.out
    }
}

impl Coder for Writer {
    #[inline]
    fn code(&mut self, estimate: &mut Estimate, bit: bool) -> bool {
        let bound = self.bound(estimate);
        self.take(bound, bit);
        estimate.learn(bit);
        bit
    }
}

/// Reads a stream and writes it once more at the same time, to see whether it is the one a writer makes.
pub struct Reader<'a> {
    code: u32,
    rest: std::slice::Iter<'a, u8>,
    data: &'a [u8],
    again: Writer,
}

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        let mut rest = data.iter();
        let code = (0..4).fold(0, |code, _| code << 8 | next(&mut rest));
        Self {
            code,
            rest,
            data,
            again: Writer::new(),
        }
    }

    /// Whether a writer of the bits read so far would have made exactly this stream.
    pub fn ends_canonically(self) -> bool {
        self.again.finish() == self.data
    }
}

#[inline]
fn next(rest: &mut std::slice::Iter<'_, u8>) -> u32 {
    rest.next().map_or(0, |&b| u32::from(b))
}

impl Coder for Reader<'_> {
    #[inline]
    fn code(&mut self, estimate: &mut Estimate, _bit: bool) -> bool {
        let bound = self.again.bound(estimate);
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
        }
        for _ in 0..self.again.take(bound, bit) {
            self.code = self.code << 8 | next(&mut self.rest);
        }
        estimate.learn(bit);
        bit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carry_runs_through_bytes_already_written() {
        // Likely bits keep low at 0xffff..: force carries with every bit pattern of 18 bits at skewed odds.
        for pattern in 0u32..1 << 18 {
            let mut estimate = Estimate {
                fast: 60,
                slow: 60,
                age: 126,
            };
            let mut writer = Writer::new();
            for i in 0..18 {
                writer.code(&mut estimate, pattern >> i & 1 == 1);
            }
            let data = writer.finish();
            let mut estimate = Estimate {
                fast: 60,
                slow: 60,
                age: 126,
            };
            let mut reader = Reader::new(&data);
            let read = (0..18).fold(0, |read, i| {
                read | u32::from(reader.code(&mut estimate, false)) << i
            });
            assert_eq!(read, pattern);
        }
    }

    #[test]
    fn estimates_never_leave_their_range() {
        for bit in [false, true] {
            let mut estimate = Estimate::EVEN;
            for _ in 0..10_000 {
                estimate.learn(bit);
                assert!((LEAST..=65536 - LEAST).contains(&estimate.zero()));
            }
        }
    }
}
