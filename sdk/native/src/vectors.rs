//! The integer arithmetic of a model's weights (docs/protocol.md section 1), exact and the same on every machine.
//!
//! Every function here is pure and works on slices; the Python side of it is in `vectors_py.rs`.
use rayon::prelude::*;

/// `|A|` stays below this, or lanes of a commitment would not be unique.
pub const VALUE_LIMIT: i64 = 1 << 61;

/// Changes beyond this many steps would leave a residual that float32 cannot hold exactly.
pub const STEP_LIMIT: f32 = (1 << 24) as f32;

/// Elements a thread works on at a time: large enough to hide the scheduling, small enough for the cache.
const BLOCK: usize = 1 << 15;

/// Why a vector was refused. `index` is the first offending element.
#[derive(Debug, PartialEq, Eq)]
pub enum VectorError {
    NotFinite { index: usize },
    TooLarge { index: usize },
    Length { left: usize, right: usize },
    Argument(&'static str),
}

impl std::fmt::Display for VectorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFinite { index } => write!(f, "element {index} is NaN or infinite"),
            Self::TooLarge { index } => write!(f, "element {index} is outside the allowed range"),
            Self::Length { left, right } => {
                write!(f, "vectors differ in length: {left} and {right}")
            }
            Self::Argument(what) => f.write_str(what),
        }
    }
}

/// Rounds `delta / 2^exponent` half to even and clips it to `limit`.
///
/// Dividing by a power of two is exact, so the only rounding is the one asked for.
pub fn quantise(delta: &[f32], exponent: i32, limit: i8) -> Result<Vec<i8>, VectorError> {
    if limit < 1 {
        return Err(VectorError::Argument("the limit must be at least 1"));
    }
    if !(-126..=126).contains(&exponent) {
        return Err(VectorError::Argument(
            "the step's exponent must be in -126..126",
        ));
    }
    let inverse = 2f64.powi(-exponent);
    let limit = f64::from(limit);
    let mut out = vec![0i8; delta.len()];
    out.par_chunks_mut(BLOCK)
        .zip(delta.par_chunks(BLOCK))
        .enumerate()
        .try_for_each(|(block, (out, delta))| {
            // A running maximum instead of a test per element keeps the loop vectorised; NaN is not below the limit.
            let mut inside = true;
            for (o, &d) in out.iter_mut().zip(delta) {
                let steps = f64::from(d) * inverse;
                inside &= steps.abs() < f64::from(STEP_LIMIT);
                *o = steps.round_ties_even().clamp(-limit, limit) as i8;
            }
            if inside {
                return Ok(());
            }
            let bad = |d: &f32| !(f64::from(*d) * inverse).abs().lt(&f64::from(STEP_LIMIT));
            let at = delta.iter().position(bad).unwrap_or(0);
            let index = block * BLOCK + at;
            Err(if delta[at].is_finite() {
                VectorError::TooLarge { index }
            } else {
                VectorError::NotFinite { index }
            })
        })?;
    Ok(out)
}

/// The sum of squares of `d`.
pub fn norm(d: &[i8]) -> u64 {
    d.par_chunks(BLOCK)
        .map(|d| {
            let squares = d.iter().map(|&d| u64::from(d.unsigned_abs()).pow(2));
            squares.sum::<u64>()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantise_rounds_half_to_even_and_clips() {
        let delta = [0.5, 1.5, -0.5, -2.5, 200.0, -200.0, 0.0];
        assert_eq!(
            quantise(&delta, 0, 127).unwrap(),
            [0, 2, 0, -2, 127, -127, 0]
        );
        assert_eq!(quantise(&[7.6], 0, 7).unwrap(), [7]);
    }

    #[test]
    fn quantise_names_the_first_element_it_refuses() {
        let nan = quantise(&[0.0, f32::NAN, f32::NAN], 0, 127);
        assert_eq!(nan, Err(VectorError::NotFinite { index: 1 }));
        let mut far = vec![0.0; BLOCK + 9];
        far[BLOCK + 3] = f32::NEG_INFINITY;
        let index = BLOCK + 3;
        assert_eq!(
            quantise(&far, 0, 127),
            Err(VectorError::NotFinite { index })
        );
        far[BLOCK + 3] = 3e9;
        assert_eq!(quantise(&far, 0, 127), Err(VectorError::TooLarge { index }));
    }
}
