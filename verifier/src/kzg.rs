//! Opening of a KZG commitment.
//!
//! Kate, Zaverucha, Goldberg, "Constant-Size Commitments to Polynomials and Their Applications", 2010, written so
//! that no G2 arithmetic is needed: `e(C - y*G1 + rho*pi, G2) * e(-pi, [tau]G2) = 1`.

use federity_protocol::{Bytes32, G1, G2};

use crate::{
    curve::{add, mul, negate, pairs_to_one, subtract, GENERATOR, GENERATOR_G2},
    Machine, Refusal,
};

/// Whether the polynomial behind `point` takes the value `y` at `rho`, by the opening proof `pi`.
pub fn verify<M: Machine>(
    tau_g2: &G2,
    point: &G1,
    pi: &G1,
    rho: &Bytes32,
    y: &Bytes32,
) -> Result<bool, Refusal> {
    let left = add::<M>(
        &subtract::<M>(point, &mul::<M>(&GENERATOR, y)?)?,
        &mul::<M>(pi, rho)?,
    )?;
    pairs_to_one::<M, 2>(&[(&left, &GENERATOR_G2), (&negate(pi)?, tau_g2)])
}
