//! What heads contain, hold and are called: the crate `history`, whose heads are numbers here too.
use federity_history::{History as Read, Made, Of, Term};
use num_bigint::{BigInt, BigUint};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;

/// A term: the number of a head or of an update, whether it is an update, its factor.
type GivenTerm = (usize, bool, i64);
/// A head: its parent (none: a genesis), and of an operation m and terms.
type Given = (Option<usize>, Option<(u8, Vec<GivenTerm>)>);

/// Heads, read off what they are the sums of.
#[pyclass(frozen, module = "federity._native")]
struct History(Read);

#[pymethods]
impl History {
    #[new]
    fn new(py: Python<'_>, heads: Vec<Given>) -> PyResult<Self> {
        let made = heads.into_iter().map(made).collect();
        let read = py.detach(|| Read::new(made));
        Ok(Self(read.map_err(|error| {
            PyValueError::new_err(error.to_string())
        })?))
    }

    fn past(&self, head: usize) -> PyResult<BigUint> {
        let past = known(self.0.past(head))?;
        let digits = past
            .words()
            .iter()
            .flat_map(|word| [*word as u32, (word >> 32) as u32]);
        Ok(BigUint::new(digits.collect()))
    }

    fn sides(&self, head: usize) -> PyResult<Vec<usize>> {
        Ok(known(self.0.sides(head))?.to_vec())
    }

    fn label(&self, head: usize) -> PyResult<Option<&'static str>> {
        known(self.0.past(head))?;
        Ok(self.0.label(head).map(|label| label.word()))
    }

    fn holds(&self, py: Python<'_>, head: usize) -> PyResult<Vec<(usize, bool, BigInt, u32)>> {
        let found = known(py.detach(|| self.0.holds(head)))?;
        let parts = found.into_iter().map(|(of, share)| {
            let (number, update) = match of {
                Of::Head(number) => (number, false),
                Of::Update(number) => (number, true),
            };
            (number, update, share.over, share.bits)
        });
        Ok(parts.collect())
    }
}

fn known<T>(found: Option<T>) -> PyResult<T> {
    found.ok_or_else(|| PyIndexError::new_err("there is no such head"))
}

fn made((parent, operation): Given) -> Made {
    let term = |(number, update, factor): GivenTerm| Term {
        of: if update {
            Of::Update(number)
        } else {
            Of::Head(number)
        },
        factor,
    };
    match (parent, operation) {
        (None, _) => Made::Genesis,
        (Some(parent), None) => Made::Merge { parent },
        (Some(parent), Some((m, terms))) => Made::Operation {
            parent,
            m,
            terms: terms.into_iter().map(term).collect(),
        },
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<History>()
}
