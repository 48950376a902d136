//! Proving and verifying units, and the relation's wires for tests that hold it against another implementation.
use federity_circuits::gadgets::poseidon;
use federity_circuits::points::{fr_bytes, fr_from_bytes};
use federity_circuits::prove::{self, Unit};
use federity_circuits::relations::update;
use federity_circuits::relations::update_witness::Private;
use federity_circuits::{Error, Result};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::raise;
use crate::keys::ProvingKey;
use crate::progress::watch;
use crate::proof::{bytes32, UnitProof};
use crate::srs::Srs;

#[pyfunction]
#[pyo3(signature = (key, srs, d, off, context, blinds = None, progress = None))]
#[allow(clippy::too_many_arguments)]
fn prove_update(
    py: Python<'_>,
    key: &ProvingKey,
    srs: &Srs,
    d: PyReadonlyArray1<'_, i8>,
    off: u32,
    context: &[u8],
    blinds: Option<[Vec<u8>; 2]>,
    progress: Option<Py<PyAny>>,
) -> PyResult<UnitProof> {
    let elements = d.as_slice()?;
    let blinds = match &blinds {
        Some([r0, r1]) => Some([bytes32("r0", r0)?, bytes32("r1", r1)?]),
        None => None,
    };
    let unit = Unit {
        elements,
        offset: off,
        context: bytes32("context", context)?,
        blinds,
    };
    let (key, srs) = (&key.0, &srs.0);
    watch(py, progress.as_ref(), |report| {
        prove::prove_update(key, srs, &unit, report)
    })
    .map(UnitProof)
}

#[pyfunction]
#[pyo3(signature = (verifying_key, tau_g2, unit, off, context, sealed = false))]
fn verify_update(
    py: Python<'_>,
    verifying_key: &[u8],
    tau_g2: &[u8],
    unit: &UnitProof,
    off: u32,
    context: &[u8],
    sealed: bool,
) -> PyResult<bool> {
    let context = bytes32("context", context)?;
    py.detach(|| prove::verify_update(verifying_key, tau_g2, &unit.0, off, sealed, &context))
        .map_err(raise)
}

#[pyfunction(name = "poseidon")]
fn poseidon_hash<'py>(py: Python<'py>, inputs: Vec<Vec<u8>>) -> PyResult<Bound<'py, PyBytes>> {
    let inputs = inputs
        .iter()
        .map(|input| fr_from_bytes(input))
        .collect::<Result<Vec<_>>>()
        .map_err(raise)?;
    let hash = poseidon::hash(&inputs).map_err(raise)?;
    Ok(PyBytes::new(py, &fr_bytes(&hash)))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn update_wires<'py>(
    py: Python<'py>,
    n: u32,
    d: PyReadonlyArray1<'_, i8>,
    off: u32,
    context: &[u8],
    rho: &[u8],
    r0: &[u8],
    r1: &[u8],
    sealed: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let context = bytes32("context", context)?;
    let elements = d.as_slice()?;
    let wires = py.detach(|| {
        let blinds = [fr_from_bytes(r0)?, fr_from_bytes(r1)?];
        let witness = Private::new(n, elements, blinds)?.complete(
            off,
            sealed,
            &context,
            fr_from_bytes(rho)?,
        )?;
        Ok(witness.wires.iter().flat_map(fr_bytes).collect::<Vec<u8>>())
    });
    Ok(PyBytes::new(py, &wires.map_err(raise)?))
}

#[pyfunction]
fn update_violation(py: Python<'_>, n: u32, wires: &[u8]) -> PyResult<Option<&'static str>> {
    py.detach(|| {
        let system = update::system(n)?;
        let values = wires
            .chunks(32)
            .map(fr_from_bytes)
            .collect::<Result<Vec<_>>>()?;
        if values.len() != system.wires() {
            return Err(Error::Invalid(format!(
                "{} wires, not {}",
                values.len(),
                system.wires()
            )));
        }
        Ok(system.violation(&system.evaluate(&values, system.constraints())))
    })
    .map_err(raise)
}

#[pyfunction]
fn update_constraints(n: u32) -> PyResult<Vec<(&'static str, usize)>> {
    Ok(update::system(n).map_err(raise)?.group_sizes())
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(prove_update, module)?)?;
    module.add_function(wrap_pyfunction!(verify_update, module)?)?;
    module.add_function(wrap_pyfunction!(poseidon_hash, module)?)?;
    module.add_function(wrap_pyfunction!(update_wires, module)?)?;
    module.add_function(wrap_pyfunction!(update_violation, module)?)?;
    module.add_function(wrap_pyfunction!(update_constraints, module)?)
}
