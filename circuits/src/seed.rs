//! Field elements from a public seed (development keys) and from the operating system (blinding).
use ark_bn254::Fr;
use ark_ff::{PrimeField, Zero};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Non-zero element number `index` of the stream named `label`: 64 bytes of sha256 in counter mode, reduced, so the
/// bias is below 2^-250. Everyone who knows the seed knows the element: for development only.
pub fn element(seed: &[u8], label: &str, index: u32) -> Fr {
    let half = |counter: u8| {
        Sha256::new()
            .chain_update(b"federity/development/v1")
            .chain_update(Sha256::digest(seed))
            .chain_update(Sha256::digest(label))
            .chain_update(index.to_be_bytes())
            .chain_update([counter])
            .finalize()
    };
    let element = Fr::from_be_bytes_mod_order(&[half(0), half(1)].concat());
    assert!(!element.is_zero(), "a sha256 output of zero");
    element
}

/// A uniform element from the operating system's generator.
pub fn random() -> Result<Fr> {
    let mut bytes = [0u8; 64];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Io(std::io::Error::other(error.to_string())))?;
    Ok(Fr::from_be_bytes_mod_order(&bytes))
}
