//! Parts that relations share. Each has a constraint side and a native twin that fills the same wires in order.
pub mod bits;
pub mod poseidon;
