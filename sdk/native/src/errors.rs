//! Errors of the crate `circuits` as Python exceptions.
use federity_circuits::Error;
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::PyErr;

pub fn raise(error: Error) -> PyErr {
    match error {
        Error::Invalid(_) | Error::Unsatisfied(_) => PyValueError::new_err(error.to_string()),
        Error::Cancelled => PyRuntimeError::new_err("the proof was cancelled"),
        // With the number Python picks the subclass, and a caller can tell a full disk.
        Error::Io(error) => match error.raw_os_error() {
            Some(number) => PyOSError::new_err((number, error.to_string())),
            None => PyOSError::new_err(error.to_string()),
        },
    }
}
