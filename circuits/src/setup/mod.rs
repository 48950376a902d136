//! Keys of a relation. Development keys come from a public seed; those of a public ceremony will be read here too.
pub mod development;
pub mod key;
