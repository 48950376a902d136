//! Verifying keys: 576 bytes, alpha (G1), beta, gamma, delta (G2), ic0, ic1 (G1).

use federity_protocol::{constants::VERIFYING_KEY_BYTES, G1, G2};

use crate::{
    curve::{is_point, pairs_to_one, same_up_to_sign, GENERATOR, GENERATOR_G2, IDENTITY},
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

fn any_same<const N: usize>(points: &[&[u8; N]]) -> bool {
    points.iter().enumerate().any(|(index, a)| {
        let others = points.iter().skip(index.saturating_add(1));
        others.into_iter().any(|b| same_up_to_sign(a, b))
    })
}

/// Refuses a key that is fine by itself, and forgeable beside a reference string of this [tau]G2: multiples of its powers
/// in G1 are public, and cancel what a point in G2 that is [tau]G2 up to sign is paired with.
pub fn check_beside(bytes: &[u8; VERIFYING_KEY_BYTES], tau_g2: &G2) -> Result<(), Refusal> {
    let key = Key::read(bytes)?;
    let same = [key.beta, key.gamma, key.delta]
        .into_iter()
        .any(|point| same_up_to_sign(point, tau_g2));
    if same {
        return Err(Refusal::Key);
    }
    Ok(())
}

/// Refuses a key with which something false could be shown, or nothing at all.
///
/// Two points of one group whose ratio is known let anyone forge: with delta = gamma C absorbs any statement, with
/// alpha = ic0 or beta = gamma A and B do. A secret ratio nobody sees; 1 and -1 are seen here, in every pair, the
/// generators among them. gamma may be the generator: every ceremony's key has it so; as the generator's negative it
/// would be a second spelling of the same key. An identity cancels its pairing. The pairing syscall checks curve and subgroup of G2 points; paired with the identity of G1
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
    let twice = [key.beta, key.delta, key.gamma, &GENERATOR_G2];
    // A gamma that is the generator stands for it.
    let distinct = if key.gamma == &GENERATOR_G2 { 3 } else { 4 };
    if any_same(twice.get(..distinct).unwrap_or(&twice)) {
        return Err(Refusal::Key);
    }
    if any_same(&[&GENERATOR, key.alpha, key.ic0, key.ic1]) {
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
