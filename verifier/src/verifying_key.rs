//! Verifying keys: 576 bytes, alpha (G1), beta, gamma, delta (G2), ic0, ic1 (G1).

use federity_protocol::{constants::VERIFYING_KEY_BYTES, G1, G2};

use crate::{
    curve::{is_point, pairs_to_one, GENERATOR_G2, IDENTITY},
    Machine, Refusal,
};

/// A key's points, borrowed from its bytes.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    pub alpha: &'a G1,
    pub beta: &'a G2,
    pub gamma: &'a G2,
    pub delta: &'a G2,
    pub ic0: &'a G1,
    pub ic1: &'a G1,
}

impl<'a> Key<'a> {
    /// The points that lie in `bytes`; says nothing about them.
    pub fn read(bytes: &'a [u8; VERIFYING_KEY_BYTES]) -> Result<Self, Refusal> {
        Ok(Self {
            alpha: part(bytes, 0)?,
            beta: part(bytes, 64)?,
            gamma: part(bytes, 192)?,
            delta: part(bytes, 320)?,
            ic0: part(bytes, 448)?,
            ic1: part(bytes, 512)?,
        })
    }
}

fn part<const N: usize>(bytes: &[u8], start: usize) -> Result<&[u8; N], Refusal> {
    bytes
        .get(start..start.saturating_add(N))
        .and_then(|part| part.try_into().ok())
        .ok_or(Refusal::Key)
}

/// Refuses a key with which something false could be shown, or nothing at all.
///
/// With delta = gamma anyone can forge (C absorbs any statement); a delta that is the generator comes from a setup
/// whose second phase never ran. gamma may be the generator: ceremony keys have it. An identity among the points
/// cancels its pairing. The pairing syscall checks curve and subgroup of G2 points; paired with the identity of G1
/// their product is one whatever they are.
pub fn check<M: Machine>(bytes: &[u8; VERIFYING_KEY_BYTES]) -> Result<(), Refusal> {
    let key = Key::read(bytes)?;
    for point in [key.alpha, key.ic0, key.ic1] {
        if point == &IDENTITY || !is_point::<M>(point) {
            return Err(Refusal::Key);
        }
    }
    for point in [key.beta, key.gamma, key.delta] {
        if point == &[0; 128] {
            return Err(Refusal::Key);
        }
    }
    if key.delta == key.gamma || key.delta == &GENERATOR_G2 {
        return Err(Refusal::Key);
    }
    pairs_to_one::<M, 3>(&[
        (&IDENTITY, key.beta),
        (&IDENTITY, key.gamma),
        (&IDENTITY, key.delta),
    ])
    .map(|_| ())
    .map_err(|_| Refusal::Key)
}
