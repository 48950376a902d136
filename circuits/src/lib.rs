//! What Federity proves and commits to: the KZG commitment of integer vectors, the Groth16 relations, the keys for
//! them, and a prover that fills a witness natively. Statements are in `README.md` and `docs/circuits.md`.
pub mod cache;
pub mod error;
pub mod gadgets;
pub mod groth16;
pub mod kzg;
pub mod msm;
pub mod points;
pub mod prove;
pub mod r1cs;
pub mod relations;
pub mod seed;
pub mod setup;
pub mod srs;

pub use error::{Error, Progress, Result, UNWATCHED};
