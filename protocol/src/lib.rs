//! What the Solana program, the circuits and the native module must agree on.
//!
//! `no_std`, without dependencies: hash functions are handed in, because each side has its own (a syscall, a
//! circuit's native twin, a library). Prose for everything here is in `docs/protocol.md`.
#![no_std]

pub mod circuits;
pub mod constants;
pub mod context;
pub mod encoding;
pub mod keys;
pub mod seeds;
pub mod srs;

/// 32 bytes: a hash, an address or a field element (big-endian).
pub type Bytes32 = [u8; 32];
/// A point of bn254 G1: x, y big-endian; the identity is all zeros.
pub type G1 = [u8; 64];
/// A point of bn254 G2: x.c1, x.c0, y.c1, y.c0 big-endian.
pub type G2 = [u8; 128];
/// sha256 over the concatenation of `parts`.
pub type Sha256 = fn(parts: &[&[u8]]) -> Bytes32;
