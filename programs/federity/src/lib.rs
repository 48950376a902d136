//! The Solana program of Federity.
