//! SRS handles, commitments and arithmetic on their points.
use std::path::PathBuf;
use std::sync::Arc;

use ark_bn254::Fr;
use ark_ec::CurveGroup;
use ark_ff::PrimeField;
use federity_circuits::kzg::{self, Values};
use federity_circuits::points::{g1_bytes, g1_from_bytes, g2_bytes};
use federity_circuits::srs;
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::raise;

/// Powers of tau; more of them are loaded or made when an operation needs them.
#[pyclass(frozen, module = "federity._native")]
pub struct Srs(pub Arc<srs::Srs>);

#[pymethods]
impl Srs {
    #[getter]
    fn id<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.id())
    }

    #[getter]
    fn tau_g2<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &g2_bytes(&self.0.tau_g2()))
    }
}

#[pyfunction]
fn srs_development(
    py: Python<'_>,
    seed: Vec<u8>,
    coefficients: usize,
    cache_dir: PathBuf,
) -> PyResult<Srs> {
    let srs = py.detach(|| srs::Srs::development(&seed, coefficients, &cache_dir));
    Ok(Srs(Arc::new(srs.map_err(raise)?)))
}

#[pyfunction]
fn commit<'py>(
    py: Python<'py>,
    srs: &Srs,
    values: &Bound<'py, PyAny>,
    first_element: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let srs = &srs.0;
    let point = if let Ok(values) = values.extract::<PyReadonlyArray1<'_, i8>>() {
        let values = values.as_slice()?;
        py.detach(|| kzg::commit(srs, Values::I8(values), first_element))
    } else if let Ok(values) = values.extract::<PyReadonlyArray1<'_, i64>>() {
        let values = values.as_slice()?;
        py.detach(|| kzg::commit(srs, Values::I64(values), first_element))
    } else {
        return Err(PyTypeError::new_err(
            "values are an array of int8[n] or int64[n]",
        ));
    };
    Ok(PyBytes::new(py, &g1_bytes(&point.map_err(raise)?)))
}

#[pyfunction]
fn point_add<'py>(py: Python<'py>, a: &[u8], b: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let (a, b) = (
        g1_from_bytes(a).map_err(raise)?,
        g1_from_bytes(b).map_err(raise)?,
    );
    Ok(PyBytes::new(py, &g1_bytes(&(a + b).into_affine())))
}

/// `scalar` is 32 bytes, big-endian, reduced modulo the group's order; `negative` flips the sign.
#[pyfunction]
fn point_mul<'py>(
    py: Python<'py>,
    a: &[u8],
    scalar: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let point = g1_from_bytes(a).map_err(raise)?;
    let negative: bool = scalar.lt(0)?;
    let magnitude = scalar.call_method0("__abs__")?;
    let length = magnitude
        .call_method0("bit_length")?
        .extract::<usize>()?
        .div_ceil(8);
    let bytes: Vec<u8> = magnitude
        .call_method1("to_bytes", (length, "big"))?
        .extract()?;
    let magnitude = Fr::from_be_bytes_mod_order(&bytes);
    let factor = if negative { -magnitude } else { magnitude };
    Ok(PyBytes::new(py, &g1_bytes(&(point * factor).into_affine())))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Srs>()?;
    module.add_function(wrap_pyfunction!(srs_development, module)?)?;
    module.add_function(wrap_pyfunction!(commit, module)?)?;
    module.add_function(wrap_pyfunction!(point_add, module)?)?;
    module.add_function(wrap_pyfunction!(point_mul, module)?)
}
