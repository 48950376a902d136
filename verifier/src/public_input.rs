//! The challenge and the one public input of the `update` relation, recomputed from what the verifying side knows.

use federity_protocol::{
    circuits::{challenge_inputs, UpdateItems},
    Bytes32,
};

use crate::{Machine, Refusal, Unit};

/// `rho`: fixed by p, the unit's point and the context, so that neither can be chosen after it.
pub fn challenge<M: Machine>(unit: &Unit) -> Result<Bytes32, Refusal> {
    M::poseidon(&challenge_inputs(unit.p, unit.point, unit.context))
}

/// `h`.
pub fn input<M: Machine>(unit: &Unit, rho: &Bytes32) -> Result<Bytes32, Refusal> {
    let items = UpdateItems {
        context: unit.context,
        p: unit.p,
        rho,
        y: unit.y,
        norm: unit.norm,
        offset: unit.offset,
        sealed: unit.sealed,
    };
    M::poseidon(&items.inputs())
}
