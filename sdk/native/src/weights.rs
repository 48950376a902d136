//! Weights from a base and an accumulator: `W = base + 2^k * A`, bit-exact (docs/protocol.md section 1).
use crate::vectors::VectorError;
use rayon::prelude::*;

const BLOCK: usize = 1 << 15;

/// A float type that tensors are stored in.
pub trait Stored: Copy + Send + Sync {
    fn widen(self) -> f64;
    /// To nearest, ties to even, subnormals kept.
    fn narrow(value: f64) -> Self;
}

impl Stored for f64 {
    fn widen(self) -> f64 {
        self
    }
    fn narrow(value: f64) -> Self {
        value
    }
}

impl Stored for f32 {
    fn widen(self) -> f64 {
        f64::from(self)
    }
    fn narrow(value: f64) -> Self {
        value as f32
    }
}

/// IEEE binary16, as its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Half(pub u16);

/// bfloat16, as its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Brain(pub u16);

macro_rules! from_bits {
    ($name:ident) => {
        impl $name {
            /// The same memory, read as this type.
            pub fn from_bits(bits: &mut [u16]) -> &mut [Self] {
                // SAFETY: the type is a transparent wrapper of u16, so layout, alignment and length are the same.
                unsafe { &mut *(std::ptr::from_mut(bits) as *mut [Self]) }
            }
        }
    };
}
from_bits!(Half);
from_bits!(Brain);

impl Stored for Half {
    fn widen(self) -> f64 {
        widen::<5, 10>(self.0)
    }
    fn narrow(value: f64) -> Self {
        Self(narrow::<5, 10>(value))
    }
}

impl Stored for Brain {
    fn widen(self) -> f64 {
        f64::from(f32::from_bits(u32::from(self.0) << 16))
    }
    fn narrow(value: f64) -> Self {
        Self(narrow::<8, 7>(value))
    }
}

fn widen<const EXPONENT: u32, const MANTISSA: u32>(bits: u16) -> f64 {
    let bias = (1i32 << (EXPONENT - 1)) - 1;
    let top = (1u16 << EXPONENT) - 1;
    let exponent = (bits >> MANTISSA) & top;
    let mantissa = f64::from(bits & ((1 << MANTISSA) - 1));
    let one = f64::from(1u32 << MANTISSA);
    let magnitude = if exponent == top {
        if mantissa == 0.0 {
            f64::INFINITY
        } else {
            f64::NAN
        }
    } else if exponent == 0 {
        mantissa / one * 2f64.powi(1 - bias)
    } else {
        (1.0 + mantissa / one) * 2f64.powi(i32::from(exponent) - bias)
    };
    if bits >> (EXPONENT + MANTISSA) == 1 {
        -magnitude
    } else {
        magnitude
    }
}

/// One rounding from float64, never by way of float32: two roundings would differ in rare ties.
fn narrow<const EXPONENT: u32, const MANTISSA: u32>(value: f64) -> u16 {
    let bias = (1i64 << (EXPONENT - 1)) - 1;
    let infinity = ((1u16 << EXPONENT) - 1) << MANTISSA;
    let bits = value.to_bits();
    let sign = ((bits >> 63) as u16) << (EXPONENT + MANTISSA);
    if value.is_nan() {
        return sign | infinity | 1 << (MANTISSA - 1);
    }
    let raw = ((bits >> 52) & 0x7ff) as i64;
    let exponent = raw - 1023;
    let significand = (bits & ((1 << 52) - 1)) | u64::from(raw != 0) << 52;
    // A result below the smallest normal number loses further bits.
    let drop = 52 - i64::from(MANTISSA) + (1 - bias - exponent).max(0);
    if drop > 54 {
        return sign;
    }
    let kept = significand >> drop;
    let rest = significand & ((1 << drop) - 1);
    let half = 1u64 << (drop - 1);
    let up = rest > half || (rest == half && kept & 1 == 1);
    let rounded = kept + u64::from(up);
    // The implicit bit, or a carry into it, adds one to the exponent by itself.
    let base = ((exponent + bias).max(1) - 1) as u64;
    let magnitude = (base << MANTISSA) + rounded;
    if exponent > bias || magnitude >= u64::from(infinity) {
        return sign | infinity;
    }
    sign | magnitude as u16
}

/// Writes `base + 2^exponent * a` over `base`; refuses a result that is not finite.
pub fn apply<T: Stored>(base: &mut [T], a: &[i64], exponent: i32) -> Result<(), VectorError> {
    if base.len() != a.len() {
        return Err(VectorError::Length {
            left: base.len(),
            right: a.len(),
        });
    }
    if !(-900..=900).contains(&exponent) {
        return Err(VectorError::Argument("the exponent must be in -900..900"));
    }
    let unit = 2f64.powi(exponent);
    base.par_chunks_mut(BLOCK)
        .zip(a.par_chunks(BLOCK))
        .enumerate()
        .try_for_each(|(block, (base, a))| {
            let mut finite = true;
            for (w, &a) in base.iter_mut().zip(a) {
                *w = T::narrow(w.widen() + a as f64 * unit);
                finite &= w.widen().is_finite();
            }
            if finite {
                return Ok(());
            }
            let at = base.iter().position(|w| !w.widen().is_finite());
            let index = block * BLOCK + at.unwrap_or(0);
            Err(VectorError::NotFinite { index })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_and_brain_float_survives_a_round_trip() {
        for bits in 0..=u16::MAX {
            let half = Half(bits).widen();
            if half.is_nan() {
                assert!(Half::narrow(half).widen().is_nan());
            } else {
                assert_eq!(Half::narrow(half), Half(bits));
            }
            let brain = Brain(bits).widen();
            if !brain.is_nan() {
                assert_eq!(Brain::narrow(brain), Brain(bits));
            }
        }
    }

    #[test]
    fn ties_go_to_even_between_any_two_neighbours() {
        for bits in 0..0x7bffu16 {
            let (low, high) = (Half(bits).widen(), Half(bits + 1).widen());
            let even = if bits & 1 == 0 { bits } else { bits + 1 };
            let middle = (low + high) / 2.0;
            assert_eq!(Half::narrow(middle), Half(even));
            assert_eq!(Half::narrow(middle.next_up()), Half(bits + 1));
            assert_eq!(Half::narrow(-middle.next_down()), Half(bits | 0x8000));
        }
        assert_eq!(Half::narrow(65519.99), Half(0x7bff));
        assert_eq!(Half::narrow(65520.0), Half(0x7c00));
    }

    #[test]
    fn an_overflow_is_refused_by_its_index() {
        let mut base = [0f32, f32::MAX];
        assert_eq!(
            apply(&mut base, &[0, i64::MAX], 64),
            Err(VectorError::NotFinite { index: 1 })
        );
    }
}
