//! The verifier against keys and strings whose secrets are known: with them any true statement can be proved without
//! a circuit, and every part of a proof can then be broken on its own.

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, Field, PrimeField};
use federity_protocol::{
    constants::{COORDINATE_MODULUS, SCALAR_MODULUS},
    Bytes32, G1, G2,
};

use crate::{
    curve::{self, GENERATOR, GENERATOR_G2, IDENTITY},
    host::Arkworks,
    public_input, Key, Refusal, Unit,
};

fn check_key(bytes: &[u8; 576]) -> Result<(), Refusal> {
    crate::check_key::<Arkworks>(bytes)
}

fn scalar(value: Fr) -> Bytes32 {
    value.into_bigint().to_bytes_be().try_into().unwrap()
}

fn field(bytes: &Bytes32) -> Fr {
    Fr::from_be_bytes_mod_order(bytes)
}

fn g1(point: G1Projective) -> G1 {
    let mut out = IDENTITY;
    if let Some((x, y)) = point.into_affine().xy() {
        out[..32].copy_from_slice(&x.into_bigint().to_bytes_be());
        out[32..].copy_from_slice(&y.into_bigint().to_bytes_be());
    }
    out
}

fn g2(point: G2Affine) -> G2 {
    let (x, y) = point.xy().unwrap();
    let mut out = [0; 128];
    for (slot, value) in out.chunks_exact_mut(32).zip([x.c1, x.c0, y.c1, y.c0]) {
        slot.copy_from_slice(&value.into_bigint().to_bytes_be());
    }
    out
}

fn times_g1(value: Fr) -> G1 {
    g1(G1Projective::generator() * value)
}

fn times_g2(value: Fr) -> G2 {
    g2((G2Projective::generator() * value).into_affine())
}

/// A point of the twist that is not in the subgroup.
fn outside_subgroup() -> G2 {
    (1u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::ONE), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .map(g2)
        .unwrap()
}

/// Secrets of a setup: alpha, beta, gamma, delta, ic0, ic1, tau.
struct Secrets([Fr; 7]);

impl Secrets {
    fn new() -> Self {
        Self([3u64, 5, 7, 11, 13, 17, 19].map(Fr::from))
    }

    fn key(&self) -> [u8; 576] {
        let [alpha, beta, gamma, delta, ic0, ic1, _] = self.0;
        let parts: [&[u8]; 6] = [
            &times_g1(alpha),
            &times_g2(beta),
            &times_g2(gamma),
            &times_g2(delta),
            &times_g1(ic0),
            &times_g1(ic1),
        ];
        parts.concat().try_into().unwrap()
    }

    fn tau_g2(&self) -> G2 {
        times_g2(self.0[6])
    }

    /// A proof of whatever `input` says.
    fn prove(&self, input: Fr) -> [u8; 256] {
        let [alpha, beta, gamma, delta, ic0, ic1, _] = self.0;
        let (a, b) = (Fr::from(23u64), Fr::from(29u64));
        let c = (a * b - alpha * beta - (ic0 + ic1 * input) * gamma) / delta;
        let parts: [&[u8]; 3] = [&times_g1(a), &times_g2(b), &times_g1(c)];
        parts.concat().try_into().unwrap()
    }
}

/// Everything a unit is made of, owned, so that a test can break one part.
struct Owned {
    proof: [u8; 256],
    point: G1,
    opening: G1,
    p: Bytes32,
    y: Bytes32,
    norm: u64,
    offset: u32,
    sealed: bool,
    context: Bytes32,
}

impl Owned {
    /// A unit of the polynomial 4 + 6 X that verifies.
    fn new(secrets: &Secrets) -> Self {
        let tau = secrets.0[6];
        let (c0, c1) = (Fr::from(4u64), Fr::from(6u64));
        let mut unit = Self {
            proof: [0; 256],
            point: times_g1(c0 + c1 * tau),
            opening: times_g1(c1),
            p: scalar(Fr::from(31u64)),
            y: [0; 32],
            norm: 52,
            offset: 256,
            sealed: false,
            context: scalar(Fr::from(37u64)),
        };
        let rho = public_input::challenge::<Arkworks>(&unit.borrow()).unwrap();
        unit.y = scalar(c0 + c1 * field(&rho));
        unit.proof = secrets.prove(field(
            &public_input::input::<Arkworks>(&unit.borrow(), &rho).unwrap(),
        ));
        unit
    }

    fn borrow(&self) -> Unit<'_> {
        Unit {
            proof: &self.proof,
            point: &self.point,
            opening: &self.opening,
            p: &self.p,
            y: &self.y,
            norm: self.norm,
            offset: self.offset,
            sealed: self.sealed,
            context: &self.context,
        }
    }
}

fn verify(secrets: &Secrets, unit: &Owned) -> Result<(), Refusal> {
    let key = secrets.key();
    crate::verify_unit::<Arkworks>(&Key::read(&key).unwrap(), &secrets.tau_g2(), &unit.borrow())
}

#[test]
fn a_true_unit_verifies() {
    let secrets = Secrets::new();
    assert_eq!(verify(&secrets, &Owned::new(&secrets)), Ok(()));
}

#[test]
fn every_item_is_bound() {
    let secrets = Secrets::new();
    let other = scalar(Fr::from(41u64));
    type Break = fn(&mut Owned, &Bytes32);
    let breaks: [(&str, Break); 7] = [
        ("context", |unit, other| unit.context = *other),
        ("p", |unit, other| unit.p = *other),
        ("y", |unit, other| unit.y = *other),
        ("norm", |unit, _| unit.norm -= 1),
        ("offset", |unit, _| unit.offset = 0),
        ("sealed", |unit, _| unit.sealed = true),
        ("point", |unit, _| unit.point = GENERATOR),
    ];
    for (name, change) in breaks {
        let mut unit = Owned::new(&secrets);
        change(&mut unit, &other);
        assert_eq!(verify(&secrets, &unit), Err(Refusal::Proof), "{name}");
    }
    let mut unit = Owned::new(&secrets);
    unit.opening = GENERATOR;
    assert_eq!(verify(&secrets, &unit), Err(Refusal::Opening));
}

#[test]
fn a_proof_for_a_false_evaluation_does_not_open() {
    let secrets = Secrets::new();
    let mut unit = Owned::new(&secrets);
    unit.y = scalar(field(&unit.y) + Fr::ONE);
    let rho = public_input::challenge::<Arkworks>(&unit.borrow()).unwrap();
    unit.proof = secrets.prove(field(
        &public_input::input::<Arkworks>(&unit.borrow(), &rho).unwrap(),
    ));
    assert_eq!(verify(&secrets, &unit), Err(Refusal::Opening));
}

#[test]
fn each_point_of_the_proof_counts() {
    let secrets = Secrets::new();
    for (start, replacement) in [
        (0, times_g1(Fr::from(43u64)).to_vec()),
        (64, times_g2(Fr::from(43u64)).to_vec()),
        (192, times_g1(Fr::from(43u64)).to_vec()),
    ] {
        let mut unit = Owned::new(&secrets);
        unit.proof[start..start + replacement.len()].copy_from_slice(&replacement);
        assert_eq!(verify(&secrets, &unit), Err(Refusal::Proof));
        // Bytes that are no point of the group at all.
        unit.proof[start] ^= 1;
        assert_eq!(verify(&secrets, &unit), Err(Refusal::Proof));
    }
}

#[test]
fn another_key_or_string_refuses() {
    let secrets = Secrets::new();
    let unit = Owned::new(&secrets);
    let mut other = Secrets::new();
    other.0[5] = Fr::from(47u64);
    assert_eq!(verify(&other, &unit), Err(Refusal::Proof));
    let mut other = Secrets::new();
    other.0[6] = Fr::from(47u64);
    assert_eq!(verify(&other, &unit), Err(Refusal::Opening));
}

#[test]
fn second_spellings_of_scalars_and_points_are_refused() {
    let secrets = Secrets::new();
    let mut unit = Owned::new(&secrets);
    unit.y = SCALAR_MODULUS;
    assert_eq!(verify(&secrets, &unit), Err(Refusal::Scalar));
    let mut unit = Owned::new(&secrets);
    unit.p = [0xff; 32];
    assert_eq!(verify(&secrets, &unit), Err(Refusal::Scalar));
    for flag in [0x40, 0x80] {
        let mut unit = Owned::new(&secrets);
        unit.point[32] |= flag;
        assert_eq!(verify(&secrets, &unit), Err(Refusal::Point));
        let mut unit = Owned::new(&secrets);
        unit.opening[32] |= flag;
        assert_eq!(verify(&secrets, &unit), Err(Refusal::Point));
        let mut unit = Owned::new(&secrets);
        unit.proof[32] |= flag;
        assert_eq!(verify(&secrets, &unit), Err(Refusal::Proof));
    }
}

#[test]
fn points_off_the_curve_are_no_points() {
    let mut off = GENERATOR;
    off[63] = 3;
    let mut modulus = IDENTITY;
    modulus[..32].copy_from_slice(&COORDINATE_MODULUS);
    for bytes in [off, modulus, [0xff; 64]] {
        assert!(!curve::is_point::<Arkworks>(&bytes));
        assert_eq!(
            curve::add::<Arkworks>(&bytes, &GENERATOR),
            Err(Refusal::Point)
        );
        assert_eq!(
            curve::negate(&bytes).and_then(|b| curve::add::<Arkworks>(&b, &GENERATOR)),
            Err(Refusal::Point)
        );
    }
    assert!(curve::is_point::<Arkworks>(&GENERATOR) && curve::is_point::<Arkworks>(&IDENTITY));
    assert!(!curve::is_point_g2::<Arkworks>(&outside_subgroup()));
    assert!(curve::is_point_g2::<Arkworks>(&GENERATOR_G2));
}

#[test]
fn arithmetic_is_that_of_the_group() {
    let (a, b) = (Fr::from(1_000_003u64), -Fr::from(77u64));
    assert_eq!(GENERATOR_G2, times_g2(Fr::ONE));
    assert_eq!(
        curve::add::<Arkworks>(&times_g1(a), &times_g1(b)),
        Ok(times_g1(a + b))
    );
    assert_eq!(
        curve::subtract::<Arkworks>(&times_g1(a), &times_g1(b)),
        Ok(times_g1(a - b))
    );
    assert_eq!(
        curve::mul::<Arkworks>(&times_g1(a), &scalar(b)),
        Ok(times_g1(a * b))
    );
    assert_eq!(curve::negate(&times_g1(a)), Ok(times_g1(-a)));
    assert_eq!(curve::negate(&IDENTITY), Ok(IDENTITY));
    assert_eq!(
        curve::subtract::<Arkworks>(&GENERATOR, &GENERATOR),
        Ok(IDENTITY)
    );
    assert_eq!(curve::mul::<Arkworks>(&GENERATOR, &[0; 32]), Ok(IDENTITY));
}

#[test]
fn a_key_of_a_finished_setup_is_accepted() {
    assert_eq!(check_key(&Secrets::new().key()), Ok(()));
    let mut generator_gamma = Secrets::new();
    generator_gamma.0[2] = Fr::ONE;
    assert_eq!(check_key(&generator_gamma.key()), Ok(()));
}

#[test]
fn malformed_keys_are_refused() {
    let good = Secrets::new().key();
    let refused = |start: usize, part: &[u8]| {
        let mut key = good;
        key[start..start + part.len()].copy_from_slice(part);
        assert_eq!(check_key(&key), Err(Refusal::Key), "part at {start}");
    };
    for start in [0, 448, 512] {
        refused(start, &IDENTITY);
        refused(start, &[&GENERATOR[..63], &[3]].concat());
        refused(start + 32, &[good[start + 32] | 0x80]);
    }
    for start in [64, 192, 320] {
        refused(start, &[0; 128]);
        refused(start, &outside_subgroup());
        refused(start + 127, &[good[start + 127] ^ 1]);
    }
}

/// Numbers of secrets that make points of one group; none stands for the generator.
const IN_G1: [Option<usize>; 4] = [None, Some(0), Some(4), Some(5)];
const IN_G2: [Option<usize>; 4] = [None, Some(1), Some(2), Some(3)];

#[test]
fn two_points_whose_ratio_everybody_sees_are_refused() {
    for group in [IN_G1, IN_G2] {
        let pairs = (0..4).flat_map(|a| (a + 1..4).map(move |b| (group[a], group[b].unwrap())));
        for ((one, other), sign) in pairs.flat_map(|pair| [(pair, Fr::ONE), (pair, -Fr::ONE)]) {
            let mut secrets = Secrets::new();
            secrets.0[other] = sign * one.map_or(Fr::ONE, |index| secrets.0[index]);
            let harmless = (one, other) == (None, 2) && sign == Fr::ONE;
            let expected = if harmless { Ok(()) } else { Err(Refusal::Key) };
            assert_eq!(
                check_key(&secrets.key()),
                expected,
                "{one:?} {other} {sign}"
            );
        }
    }
}

#[test]
fn a_delta_that_is_gamma_or_its_negative_proves_anything() {
    // What the rule is for: no secret is used, and the false statement verifies.
    let mut secrets = Secrets::new();
    for sign in [Fr::ONE, -Fr::ONE] {
        secrets.0[3] = sign * secrets.0[2];
        let [alpha, beta, _, _, ic0, ic1, _] = secrets.0;
        let input = Fr::from(1_234_567u64);
        let statement = times_g1(ic0 + ic1 * input);
        let absorbed = if sign == Fr::ONE {
            curve::negate(&statement).unwrap()
        } else {
            statement
        };
        let parts: [&[u8]; 3] = [&times_g1(alpha), &times_g2(beta), &absorbed];
        let proof: [u8; 256] = parts.concat().try_into().unwrap();
        let key = secrets.key();
        let forged =
            crate::groth16::verify::<Arkworks>(&Key::read(&key).unwrap(), &proof, &scalar(input));
        assert_eq!(forged, Ok(true));
        assert_eq!(check_key(&key), Err(Refusal::Key));
    }
}

#[test]
fn a_key_that_holds_the_string_s_own_point_is_refused_beside_it() {
    let secrets = Secrets::new();
    let beside = |key: &[u8; 576]| crate::check_key_beside(key, &secrets.tau_g2());
    beside(&secrets.key()).unwrap();
    for (index, sign) in [1, 2, 3]
        .into_iter()
        .flat_map(|i| [(i, Fr::ONE), (i, -Fr::ONE)])
    {
        let mut same = Secrets::new();
        same.0[index] = sign * same.0[6];
        assert_eq!(check_key(&same.key()), Ok(()));
        assert_eq!(beside(&same.key()), Err(Refusal::Key), "{index} {sign}");
    }
}

#[test]
fn generator_is_the_one_of_arkworks() {
    assert_eq!(g1(G1Affine::generator().into()), GENERATOR);
}
