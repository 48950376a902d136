//! What the Solana program, the circuits and the native module must agree on.
#![no_std]
