//! What `commit_prove` takes for one unit.
use federity_circuits::prove;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

#[pyclass(frozen, eq, module = "federity._native")]
#[derive(Clone, PartialEq)]
pub struct UnitProof(pub prove::UnitProof);

fn fixed<const N: usize>(name: &str, bytes: &[u8]) -> PyResult<[u8; N]> {
    bytes
        .try_into()
        .map_err(|_| PyValueError::new_err(format!("{name} has {N} bytes, not {}", bytes.len())))
}

/// 32 bytes of an argument.
pub fn bytes32(name: &str, bytes: &[u8]) -> PyResult<[u8; 32]> {
    fixed(name, bytes)
}

#[pymethods]
impl UnitProof {
    #[new]
    fn new(
        proof: &[u8],
        point: &[u8],
        opening: &[u8],
        p: &[u8],
        y: &[u8],
        norm: u64,
    ) -> PyResult<Self> {
        Ok(Self(prove::UnitProof {
            proof: fixed("proof", proof)?,
            point: fixed("point", point)?,
            opening: fixed("opening", opening)?,
            p: fixed("p", p)?,
            y: fixed("y", y)?,
            norm,
        }))
    }

    #[getter]
    fn proof<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.proof)
    }

    #[getter]
    fn point<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.point)
    }

    #[getter]
    fn opening<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.opening)
    }

    #[getter]
    fn p<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.p)
    }

    #[getter]
    fn y<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.y)
    }

    #[getter]
    fn norm(&self) -> u64 {
        self.0.norm
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<UnitProof>()
}
