//! Proving keys.
use std::path::PathBuf;
use std::sync::Arc;

use federity_circuits::cache::on_damage;
use federity_circuits::setup::development::{proving_key, verifying_key};
use federity_circuits::setup::key;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::raise;
use crate::progress::watch;

/// A proving key of the `update` relation for one unit size.
#[pyclass(frozen, module = "federity._native")]
pub struct ProvingKey(pub Arc<key::ProvingKey>);

#[pymethods]
impl ProvingKey {
    #[getter]
    fn n(&self) -> u32 {
        self.0.n
    }

    #[getter]
    fn constraints(&self) -> usize {
        self.0.system.constraints()
    }

    #[getter]
    fn verifying_key<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.vk.to_bytes())
    }
}

#[pyfunction]
#[pyo3(signature = (seed, n, cache_dir, progress = None))]
fn proving_key_development(
    py: Python<'_>,
    seed: Vec<u8>,
    n: u32,
    cache_dir: PathBuf,
    progress: Option<Py<PyAny>>,
) -> PyResult<ProvingKey> {
    let key = watch(py, progress.as_ref(), |report| {
        proving_key(&seed, n, &cache_dir, report)
    })?;
    Ok(ProvingKey(Arc::new(key)))
}

#[pyfunction]
fn verifying_key_development<'py>(
    py: Python<'py>,
    seed: Vec<u8>,
    n: u32,
) -> PyResult<Bound<'py, PyBytes>> {
    let key = py.detach(|| verifying_key(&seed, n)).map_err(raise)?;
    Ok(PyBytes::new(py, &key.to_bytes()))
}

/// Hands what the cache says of damaged files to the logger `federity`.
fn tell(sentence: &str) {
    Python::attach(|py| {
        let told = py.import("logging").and_then(|logging| {
            let logger = logging.call_method1("getLogger", ("federity",))?;
            logger.call_method1("warning", ("%s", sentence))
        });
        if let Err(error) = told {
            error.write_unraisable(py, None);
        }
    });
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ProvingKey>()?;
    on_damage(tell);
    module.add_function(wrap_pyfunction!(verifying_key_development, module)?)?;
    module.add_function(wrap_pyfunction!(proving_key_development, module)?)
}
