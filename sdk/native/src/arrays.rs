//! Vectors and the coder as Python functions on numpy arrays.
use crate::coder;
use crate::vectors::{self, VectorError};
use crate::weights::{self, Brain, Half, Stored};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadwriteArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

impl From<VectorError> for PyErr {
    fn from(error: VectorError) -> Self {
        PyValueError::new_err(error.to_string())
    }
}

#[pyfunction]
fn quantise<'py>(
    py: Python<'py>,
    delta: PyReadonlyArray1<'py, f32>,
    exponent: i32,
    limit: i8,
) -> PyResult<Bound<'py, PyArray1<i8>>> {
    let delta = delta.as_slice()?;
    let values = py.detach(|| vectors::quantise(delta, exponent, limit))?;
    Ok(values.into_pyarray(py))
}

#[pyfunction]
fn aggregate(
    py: Python<'_>,
    mut values: PyReadwriteArray1<'_, i64>,
    deltas: Vec<PyReadonlyArray1<'_, i8>>,
    weights: Vec<i64>,
) -> PyResult<()> {
    let values = values.as_slice_mut()?;
    let deltas = deltas
        .iter()
        .map(|d| d.as_slice())
        .collect::<Result<Vec<_>, _>>()?;
    Ok(py.detach(|| crate::aggregate::aggregate(values, &deltas, &weights))?)
}

#[pyfunction]
fn norm(py: Python<'_>, d: PyReadonlyArray1<'_, i8>) -> PyResult<u64> {
    let d = d.as_slice()?;
    Ok(py.detach(|| vectors::norm(d)))
}

fn apply_as<T: Stored, U>(
    py: Python<'_>,
    mut base: PyReadwriteArray1<'_, U>,
    a: PyReadonlyArray1<'_, i64>,
    exponent: i32,
    stored: impl Fn(&mut [U]) -> &mut [T],
) -> PyResult<()>
where
    U: numpy::Element,
{
    let (base, a) = (stored(base.as_slice_mut()?), a.as_slice()?);
    Ok(py.detach(|| weights::apply(base, a, exponent))?)
}

#[pyfunction]
fn apply(
    py: Python<'_>,
    base: &Bound<'_, PyAny>,
    dtype: &str,
    a: PyReadonlyArray1<'_, i64>,
    exponent: i32,
) -> PyResult<()> {
    match dtype {
        "F64" => apply_as::<f64, f64>(py, base.extract()?, a, exponent, |b| b),
        "F32" => apply_as::<f32, f32>(py, base.extract()?, a, exponent, |b| b),
        "F16" => apply_as(py, base.extract()?, a, exponent, Half::from_bits),
        "BF16" => apply_as(py, base.extract()?, a, exponent, Brain::from_bits),
        other => Err(PyValueError::new_err(format!("unknown dtype {other}"))),
    }
}

#[pyfunction]
fn encode<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, i8>,
) -> PyResult<Bound<'py, PyBytes>> {
    let values = values.as_slice()?;
    if values.len() > coder::CHUNK {
        return Err(PyValueError::new_err("more elements than a chunk holds"));
    }
    let data = py.detach(|| coder::encode(values));
    Ok(PyBytes::new(py, &data))
}

#[pyfunction]
fn decode<'py>(py: Python<'py>, data: &[u8], n: usize) -> PyResult<Bound<'py, PyArray1<i8>>> {
    if n > coder::CHUNK {
        return Err(PyValueError::new_err("more elements than a chunk holds"));
    }
    py.detach(|| coder::decode(data, n))
        .map(|values| values.into_pyarray(py))
        .ok_or_else(|| PyValueError::new_err(format!("not the encoding of {n} values")))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(quantise, module)?)?;
    module.add_function(wrap_pyfunction!(aggregate, module)?)?;
    module.add_function(wrap_pyfunction!(norm, module)?)?;
    module.add_function(wrap_pyfunction!(apply, module)?)?;
    module.add_function(wrap_pyfunction!(encode, module)?)?;
    module.add_function(wrap_pyfunction!(decode, module)?)
}
