//! Unsigned numbers of 128 bits in four limbs: the chain's compiler has no multiplication of that width.
//!
//! They stop at the largest one, which stands for "nobody knows" and stays what it is.

use anchor_lang::prelude::PodU128;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wide {
    high: u64,
    low: u64,
}

const LIMB: u64 = u32::MAX as u64;

impl Wide {
    pub const ZERO: Self = Self::of(0);
    pub const MAX: Self = Self {
        high: u64::MAX,
        low: u64::MAX,
    };

    pub const fn of(value: u64) -> Self {
        Self {
            high: 0,
            low: value,
        }
    }

    /// The number, if it has 64 bits at most.
    pub fn narrow(self) -> Option<u64> {
        (self.high == 0).then_some(self.low)
    }

    /// `2^64` times a number.
    pub const fn whole(value: u64) -> Self {
        Self {
            high: value,
            low: 0,
        }
    }

    /// How many times `2^64` there are in it, and whether anything is left.
    pub fn wholes(self) -> (u64, bool) {
        (self.high, self.low != 0)
    }

    /// `2^64` times a number over another, which is above zero and below `2^63`, and what is left of it.
    pub fn ratio(value: u64, by: u64) -> Option<(Self, u64)> {
        let high = value.checked_div(by).filter(|_| by >> 63 == 0)?;
        let (mut rest, mut low) = (value.checked_rem(by)?, 0u64);
        for _ in 0..64 {
            rest <<= 1;
            low <<= 1;
            if rest >= by {
                rest = rest.wrapping_sub(by);
                low |= 1;
            }
        }
        Some((Self { high, low }, rest))
    }

    pub fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        let high = self.high.checked_add(other.high);
        let high = high.and_then(|high| high.checked_add(u64::from(carry)));
        high.map_or(Self::MAX, |high| Self { high, low })
    }

    /// How far two numbers are apart; the largest when either is.
    pub fn apart(self, other: Self) -> Self {
        let (more, less) = if self < other {
            (other, self)
        } else {
            (self, other)
        };
        if more == Self::MAX {
            return more;
        }
        let (low, borrow) = more.low.overflowing_sub(less.low);
        let high = more.high.wrapping_sub(less.high);
        Self {
            high: high.wrapping_sub(u64::from(borrow)),
            low,
        }
    }

    pub fn times(self, factor: u32) -> Self {
        if self == Self::MAX {
            return if factor == 0 { Self::ZERO } else { self };
        }
        let factor = u64::from(factor);
        let mut limbs = [
            self.low & LIMB,
            self.low >> 32,
            self.high & LIMB,
            self.high >> 32,
        ];
        let mut carry = 0;
        for limb in &mut limbs {
            // Both are below 2^32, so product and carry stay below 2^64.
            let product = limb.wrapping_mul(factor).wrapping_add(carry);
            carry = product >> 32;
            *limb = product & LIMB;
        }
        let [a, b, c, d] = limbs;
        if carry != 0 {
            return Self::MAX;
        }
        Self {
            high: d << 32 | c,
            low: b << 32 | a,
        }
    }

    /// `2^bits` times the number, `bits` below 64.
    pub fn shifted(self, bits: u32) -> Self {
        let back = 64u32.wrapping_sub(bits);
        if bits == 0 || self == Self::MAX {
            return self;
        }
        if self.high >> back != 0 {
            return Self::MAX;
        }
        Self {
            high: self.high << bits | self.low >> back,
            low: self.low << bits,
        }
    }

    /// The number over `2^bits`, rounded up, `bits` below 64.
    pub fn over(self, bits: u32) -> Self {
        let back = 64u32.wrapping_sub(bits);
        if bits == 0 || self == Self::MAX {
            return self;
        }
        let down = Self {
            high: self.high >> bits,
            low: self.high << back | self.low >> bits,
        };
        down.plus(Self::of(u64::from(self.low << back != 0)))
    }
}

impl From<PodU128> for Wide {
    fn from(value: PodU128) -> Self {
        let value = value.get();
        Self {
            high: (value >> 64) as u64,
            low: value as u64,
        }
    }
}

impl From<Wide> for PodU128 {
    fn from(value: Wide) -> Self {
        (u128::from(value.high) << 64 | u128::from(value.low)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wide(value: u128) -> Wide {
        PodU128::from(value).into()
    }

    proptest! {
        #[test]
        fn it_computes_as_integers_do_and_stops_at_the_largest(
            a: u128, b: u128, factor: u32, bits in 0u32..64, down in 0u32..128,
        ) {
            let (a, b) = (a >> down, b >> (down / 2));
            prop_assert_eq!(wide(a).plus(wide(b)), wide(a.saturating_add(b)));
            prop_assert_eq!(wide(a).times(factor), wide(a.saturating_mul(factor.into())));
            let fits = a.leading_zeros() >= bits;
            prop_assert_eq!(wide(a).shifted(bits), wide(if fits { a << bits } else { u128::MAX }));
            prop_assert_eq!(wide(a).cmp(&wide(b)), a.cmp(&b));
            if a.max(b) < u128::MAX {
                prop_assert_eq!(wide(a).apart(wide(b)), wide(a.abs_diff(b)));
                prop_assert_eq!(wide(a).over(bits), wide(a.div_ceil(1 << bits)));
            }
            prop_assert_eq!(wide(a).wholes(), ((a >> 64) as u64, a as u64 != 0));
            prop_assert_eq!(Wide::whole(a as u64), wide(u128::from(a as u64) << 64));
            prop_assert_eq!(PodU128::from(wide(a)).get(), a);
            prop_assert_eq!(wide(a).narrow(), u64::try_from(a).ok());
        }
    }

    proptest! {
        #[test]
        fn a_ratio_and_its_rest_are_those_of_integers(value: u64, by in 1u64..1 << 63, down in 0u32..63) {
            let by = (by >> down).max(1);
            let (found, rest) = Wide::ratio(value, by).unwrap();
            let all = u128::from(value) << 64;
            prop_assert_eq!(PodU128::from(found).get(), all / u128::from(by));
            prop_assert_eq!(u128::from(rest), all % u128::from(by));
        }
    }

    #[test]
    fn nothing_is_divided_by_nothing_or_by_too_much() {
        assert_eq!(Wide::ratio(7, 0), None);
        assert_eq!(Wide::ratio(7, 1 << 63), None);
    }

    #[test]
    fn what_nobody_knows_stays_unknown() {
        for unknown in [
            Wide::MAX.over(3),
            Wide::MAX.shifted(1),
            Wide::MAX.times(1),
            Wide::MAX.apart(Wide::MAX),
            Wide::MAX.plus(Wide::of(1)),
        ] {
            assert_eq!(unknown, Wide::MAX);
        }
        assert_eq!(Wide::MAX.times(0), Wide::ZERO);
    }
}
