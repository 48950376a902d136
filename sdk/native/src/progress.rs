//! Progress to Python while the GIL is released, and Python's way to stop the work.
use std::cell::RefCell;

use federity_circuits::{Error, Progress, Result};
use pyo3::prelude::*;

use crate::errors::raise;

/// Runs `work` without the GIL. `callback` hears the share done; an exception it raises (without a callback: an
/// interrupt from the keyboard) stops the work and is raised here as it is.
pub fn watch<T: Send>(
    py: Python<'_>,
    callback: Option<&Py<PyAny>>,
    work: impl FnOnce(Progress<'_>) -> Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| {
        let raised = RefCell::new(None);
        let report = |share: f64| -> Result<()> {
            Python::attach(|py| {
                let outcome = match callback {
                    Some(callback) => callback.call1(py, (share,)).map(drop),
                    None => py.check_signals(),
                };
                outcome.map_err(|error| {
                    raised.replace(Some(error));
                    Error::Cancelled
                })
            })
        };
        work(&report).map_err(|error| raised.take().unwrap_or_else(|| raise(error)))
    })
}
