//! Integers as sums of boolean wires, least significant first.
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use crate::r1cs::{Lc, System, Wire};

/// `b * b = b`: the wire is 0 or 1.
pub fn enforce_boolean(system: &mut System, wire: Wire) {
    let bit = Lc::wire(wire);
    system.enforce(&bit, &bit, &bit);
}

/// Adds `factor * sum 2^i b_i` over `count` wires from `first` on.
pub fn add_integer(lc: &mut Lc, first: Wire, count: u32, mut factor: Fr) {
    for bit in 0..count {
        lc.0.push((first + bit, factor));
        factor.double_in_place();
    }
}

/// The wires of `value`, `count` of them.
pub fn assign(value: u32, count: u32) -> impl Iterator<Item = Fr> {
    (0..count).map(move |bit| {
        if value >> bit & 1 == 1 {
            Fr::ONE
        } else {
            Fr::ZERO
        }
    })
}
