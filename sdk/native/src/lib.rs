//! `federity._native`: what must be exact and fast, called from Python.
//!
//! Functions take contiguous numpy arrays and bytes, release the GIL while they work, and raise ValueError on bad
//! input; they never panic on it.
use pyo3::prelude::*;

mod aggregate;
mod arrays;
mod coder;
mod errors;
mod history;
mod keys;
mod progress;
mod proof;
mod prover;
mod range_coder;
mod srs;
mod vectors;
mod weights;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    arrays::register(module)?;
    history::register(module)?;
    srs::register(module)?;
    keys::register(module)?;
    proof::register(module)?;
    prover::register(module)
}
