//! One file per statement.
pub mod update;
pub mod update_witness;
