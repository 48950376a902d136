//! A rank-1 constraint system as three sparse matrices: row i says `(A_i w)(B_i w) = C_i w` for the wires w.
//!
//! Wire 0 is the constant one, wire 1 the public input, the rest the private witness. Matrices are built once for a
//! unit size; coefficients are shared, so a term costs eight bytes.
use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField, Zero};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Index of a wire.
pub type Wire = u32;
pub const ONE: Wire = 0;
/// The one public input `h`.
pub const PUBLIC: Wire = 1;
/// Wires before the private witness.
pub const INSTANCE_WIRES: usize = 2;

/// A linear combination of wires.
#[derive(Clone, Default)]
pub struct Lc(pub Vec<(Wire, Fr)>);

impl Lc {
    pub fn wire(wire: Wire) -> Self {
        Self(vec![(wire, Fr::ONE)])
    }

    pub fn constant(value: Fr) -> Self {
        Self(vec![(ONE, value)])
    }

    pub fn plus(mut self, wire: Wire, coefficient: Fr) -> Self {
        self.0.push((wire, coefficient));
        self
    }

    /// Adds `factor * other`.
    pub fn add_scaled(&mut self, other: &Lc, factor: Fr) {
        self.0.extend(
            other
                .0
                .iter()
                .map(|(wire, coefficient)| (*wire, *coefficient * factor)),
        );
    }

    /// One term a wire, without zeros.
    pub fn compact(mut self) -> Self {
        self.0.sort_unstable_by_key(|(wire, _)| *wire);
        self.0.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.0.retain(|(_, coefficient)| !coefficient.is_zero());
        self
    }
}

/// Sparse rows; a coefficient is an index into the system's table.
#[derive(Default)]
pub struct Matrix {
    ends: Vec<u32>,
    pub(crate) terms: Vec<(Wire, u32)>,
}

impl Matrix {
    fn push(&mut self, terms: impl Iterator<Item = (Wire, u32)>) {
        self.terms.extend(terms);
        self.ends
            .push(u32::try_from(self.terms.len()).expect("fewer than 2^32 terms"));
    }

    pub fn row(&self, index: usize) -> &[(Wire, u32)] {
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        &self.terms[start..self.ends[index] as usize]
    }

    pub fn rows(&self) -> usize {
        self.ends.len()
    }
}

/// Rows with wires relative to a base that is given when they are written out: a gadget used many times.
#[derive(Default)]
pub struct Template {
    rows: Vec<[Vec<(Wire, u32)>; 3]>,
}

#[derive(Default)]
pub struct System {
    pub a: Matrix,
    pub b: Matrix,
    pub c: Matrix,
    pub coefficients: Vec<Fr>,
    interned: HashMap<Fr, u32>,
    wires: usize,
    groups: Vec<(usize, &'static str)>,
}

impl System {
    /// A system whose wires have been laid out beforehand.
    pub fn with_wires(wires: usize) -> Self {
        Self {
            wires,
            ..Self::default()
        }
    }

    pub fn wires(&self) -> usize {
        self.wires
    }

    pub fn constraints(&self) -> usize {
        self.a.rows()
    }

    /// Names the constraints that follow.
    pub fn group(&mut self, name: &'static str) {
        self.groups.push((self.constraints(), name));
    }

    /// Name and number of constraints of each group.
    pub fn group_sizes(&self) -> Vec<(&'static str, usize)> {
        let ends = self
            .groups
            .iter()
            .skip(1)
            .map(|(row, _)| *row)
            .chain([self.constraints()]);
        self.groups
            .iter()
            .zip(ends)
            .map(|((start, name), end)| (*name, end - start))
            .collect()
    }

    fn intern(&mut self, value: Fr) -> u32 {
        *self.interned.entry(value).or_insert_with(|| {
            self.coefficients.push(value);
            u32::try_from(self.coefficients.len() - 1).expect("fewer than 2^32 coefficients")
        })
    }

    fn intern_lc(&mut self, lc: &Lc) -> Vec<(Wire, u32)> {
        lc.0.iter()
            .map(|(wire, coefficient)| (*wire, self.intern(*coefficient)))
            .collect()
    }

    /// `a * b = c`.
    pub fn enforce(&mut self, a: &Lc, b: &Lc, c: &Lc) {
        let [a, b, c] = [a, b, c].map(|lc| self.intern_lc(lc));
        self.a.push(a.into_iter());
        self.b.push(b.into_iter());
        self.c.push(c.into_iter());
    }

    /// Adds a row to a template; its wires count from the template's base, [`ONE`] stays the constant.
    pub fn record(&mut self, template: &mut Template, a: &Lc, b: &Lc, c: &Lc) {
        template.rows.push([a, b, c].map(|lc| self.intern_lc(lc)));
    }

    /// Writes a template's rows with relative wire k standing for wire `base + k - 1`.
    pub fn instantiate(&mut self, template: &Template, base: Wire) {
        for [a, b, c] in &template.rows {
            for (matrix, row) in [(&mut self.a, a), (&mut self.b, b), (&mut self.c, c)] {
                matrix.push(
                    row.iter()
                        .map(|(wire, coefficient)| (relocate(*wire, base), *coefficient)),
                );
            }
        }
    }

    fn evaluate_row(&self, row: &[(Wire, u32)], wires: &[Fr]) -> Fr {
        let mut sum = Fr::ZERO;
        for (wire, coefficient) in row {
            let value = wires[*wire as usize];
            // Most wires are bits.
            if !value.is_zero() {
                sum += value * self.coefficients[*coefficient as usize];
            }
        }
        sum
    }

    /// `A w`, `B w`, `C w`, zero-padded to `size` rows.
    pub fn evaluate(&self, wires: &[Fr], size: usize) -> [Vec<Fr>; 3] {
        [&self.a, &self.b, &self.c].map(|matrix| {
            let mut out = vec![Fr::ZERO; size];
            out.par_iter_mut()
                .take(matrix.rows())
                .enumerate()
                .with_min_len(1024)
                .for_each(|(index, slot)| *slot = self.evaluate_row(matrix.row(index), wires));
            out
        })
    }

    /// Name of the group of the first row that does not hold, None when all do.
    pub fn violation(&self, [a, b, c]: &[Vec<Fr>; 3]) -> Option<&'static str> {
        let row = (0..self.constraints())
            .into_par_iter()
            .find_first(|row| a[*row] * b[*row] != c[*row])?;
        let group = self.groups.partition_point(|(start, _)| *start <= row);
        Some(self.groups[group - 1].1)
    }

    /// sha256 over everything that defines the system.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update((self.wires as u64).to_le_bytes());
        for coefficient in &self.coefficients {
            hash.update(coefficient.into_bigint().to_bytes_le());
        }
        for matrix in [&self.a, &self.b, &self.c] {
            hash.update((matrix.rows() as u64).to_le_bytes());
            let ends: Vec<u8> = matrix
                .ends
                .iter()
                .flat_map(|end| end.to_le_bytes())
                .collect();
            hash.update(&ends);
            for block in matrix.terms.chunks(1 << 16) {
                let bytes: Vec<u8> = block
                    .iter()
                    .flat_map(|(wire, coefficient)| {
                        (u64::from(*wire) | u64::from(*coefficient) << 32).to_le_bytes()
                    })
                    .collect();
                hash.update(&bytes);
            }
        }
        hash.finalize().into()
    }
}

fn relocate(wire: Wire, base: Wire) -> Wire {
    if wire == ONE {
        ONE
    } else {
        base + wire - 1
    }
}

/// A linear combination over a template's relative wires, at an absolute base.
pub fn relocate_lc(lc: &Lc, base: Wire) -> Lc {
    Lc(lc
        .0
        .iter()
        .map(|(wire, coefficient)| (relocate(*wire, base), *coefficient))
        .collect())
}
