//! Groth16 relations of Federity.
