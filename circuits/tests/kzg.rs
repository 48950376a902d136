//! Commitments and openings against the definition, and the refusals.
use std::path::PathBuf;

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, One, Zero};
use federity_circuits::kzg::{self, Values};
use federity_circuits::points::{fr_bytes, g1_bytes, g1_from_bytes, g2_bytes, g2_from_bytes};
use federity_circuits::srs::Srs;
use federity_circuits::{cache, seed};
use federity_verifier::host::Arkworks;
use federity_verifier::kzg::verify;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("federity-{name}-{}", std::process::id()));
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn tau() -> Fr {
    seed::element(b"test", "srs", 0)
}

fn values(count: usize) -> Vec<i64> {
    (0..count as i64)
        .map(|i| (i * 7919 + 13) % 256 - 128)
        .collect()
}

/// The commitment by its definition, through the known tau.
fn by_definition(values: &[i64], first_element: usize) -> G1Affine {
    let two = Fr::from(2u64);
    let scalar: Fr = values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let element = first_element + index;
            let lane = two.pow([62 * (element % 4) as u64]);
            Fr::from(*value) * lane * tau().pow([(element / 4) as u64])
        })
        .sum();
    (G1Affine::generator() * scalar).into_affine()
}

#[test]
fn commitment_is_its_definition_for_both_widths() {
    let folder = Folder::new("commit");
    let srs = Srs::development(b"test", 16, &folder.0).unwrap();
    let wide = values(4099);
    let narrow: Vec<i8> = wide.iter().map(|value| *value as i8).collect();
    for first in [0, 4, 4096] {
        let expected = by_definition(&wide, first);
        assert_eq!(
            kzg::commit(&srs, Values::I64(&wide), first).unwrap(),
            expected
        );
        assert_eq!(
            kzg::commit(&srs, Values::I8(&narrow), first).unwrap(),
            expected
        );
    }
    let limit = (1i64 << 61) - 1;
    let extreme = [limit, -limit, limit, -limit, -limit, 0, 1, limit];
    assert_eq!(
        kzg::commit(&srs, Values::I64(&extreme), 8).unwrap(),
        by_definition(&extreme, 8)
    );
    assert!(kzg::commit(&srs, Values::I8(&[0; 9]), 0).unwrap().is_zero());
}

#[test]
fn values_outside_lane_or_chunk_are_refused() {
    let folder = Folder::new("range");
    let srs = Srs::development(b"test", 1, &folder.0).unwrap();
    assert!(kzg::commit(&srs, Values::I64(&[1 << 61]), 0).is_err());
    assert!(kzg::commit(&srs, Values::I64(&[i64::MIN]), 0).is_err());
    assert!(kzg::commit(&srs, Values::I8(&[1]), 2).is_err());
    assert!(kzg::commit(&srs, Values::I8(&[1]), 1 << 22).is_err());
    let long = vec![0i8; (1 << 22) + 1];
    assert!(kzg::commit(&srs, Values::I8(&long), 0).is_err());
}

#[test]
fn zeros_at_the_end_need_no_powers() {
    let folder = Folder::new("zeros");
    let few = Srs::development(b"test", 4, &folder.0).unwrap();
    let powers: Vec<u8> = few.powers(4).unwrap()[..4]
        .iter()
        .flat_map(g1_bytes)
        .collect();
    let srs = Srs::from_points(few.tau_g2(), &powers).unwrap();
    let mut narrow = vec![0i8; 1 << 12];
    narrow[15] = -7;
    let wide: Vec<i64> = narrow.iter().map(|value| i64::from(*value)).collect();
    let expected = by_definition(&wide, 0);
    assert_eq!(kzg::commit(&srs, Values::I8(&narrow), 0).unwrap(), expected);
    assert_eq!(kzg::commit(&srs, Values::I64(&wide), 0).unwrap(), expected);
    narrow[16] = 1;
    assert!(kzg::commit(&srs, Values::I8(&narrow), 0).is_err());
}

#[test]
fn opening_verifies_and_nothing_else_does() {
    let folder = Folder::new("open");
    let srs = Srs::development(b"test", 1, &folder.0).unwrap();
    let wide = values(64);
    let coefficients: Vec<Fr> = wide.chunks(4).map(kzg::pack).collect();
    let point = kzg::commit(&srs, Values::I64(&wide), 4 * 32).unwrap();
    let rho = seed::random().unwrap();
    let (y, opening) = kzg::open(&srs, 32, &coefficients, [Fr::zero(); 2], rho).unwrap();
    let tau_g2 = g2_bytes(&srs.tau_g2());
    let opens = |point: &G1Affine, rho: Fr, y: Fr, opening: &G1Affine| {
        let (point, opening) = (g1_bytes(point), g1_bytes(opening));
        let (rho, y) = (fr_bytes(&rho), fr_bytes(&y));
        verify::<Arkworks>(&tau_g2, &point, &opening, &rho, &y).unwrap()
    };
    assert!(opens(&point, rho, y, &opening));
    assert!(!opens(&point, rho, y + Fr::one(), &opening));
    assert!(!opens(&point, rho + Fr::one(), y, &opening));
    let other = (point + G1Affine::generator()).into_affine();
    assert!(!opens(&other, rho, y, &opening));
    assert!(!opens(&point, rho, y, &other));
    assert!(kzg::open(&srs, (1 << 20) - 15, &coefficients, [Fr::zero(); 2], rho).is_err());
}

#[test]
fn blinding_powers_are_the_ones_above_the_chunk() {
    let folder = Folder::new("blind");
    let srs = Srs::development(b"test", 1, &folder.0).unwrap();
    let expected =
        (G1Projective::from(G1Affine::generator()) * tau().pow([1u64 << 20])).into_affine();
    assert_eq!(
        srs.blinding().unwrap(),
        [expected, (expected * tau()).into_affine()]
    );
}

#[test]
fn a_damaged_segment_is_made_again() {
    let folder = Folder::new("damage");
    let first = Srs::development(b"test", 1, &folder.0)
        .unwrap()
        .powers(1)
        .unwrap();
    let path = std::fs::read_dir(&folder.0)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert!(cache::read(&path, bytes.len() - 32).is_none());
    let again = Srs::development(b"test", 1, &folder.0)
        .unwrap()
        .powers(1)
        .unwrap();
    assert_eq!(first, again);
    assert!(cache::read(&path, bytes.len() - 32).is_some());

    // Sealed with a checksum of its own: only the powers themselves tell.
    let mut payload = cache::read(&path, bytes.len() - 32).unwrap();
    payload.copy_within(64..128, 192);
    cache::write(&path, &payload).unwrap();
    let sealed = Srs::development(b"test", 1, &folder.0)
        .unwrap()
        .powers(1)
        .unwrap();
    assert_eq!(first, sealed);
}

#[test]
fn a_foreign_srs_is_checked_against_its_tau() {
    let folder = Folder::new("foreign");
    let srs = Srs::development(b"test", 64, &folder.0).unwrap();
    let powers = &srs.powers(64).unwrap()[..64];
    let encode = |points: &[G1Affine]| points.iter().flat_map(g1_bytes).collect::<Vec<u8>>();
    let loaded = Srs::from_points(srs.tau_g2(), &encode(powers)).unwrap();
    assert_eq!(loaded.id(), srs.id());
    assert!(loaded.powers(65).is_err() && loaded.blinding().is_err());
    let mut swapped = powers.to_vec();
    swapped.swap(40, 41);
    assert!(Srs::from_points(srs.tau_g2(), &encode(&swapped)).is_err());
    assert!(Srs::from_points(srs.tau_g2(), &encode(&powers[1..])).is_err());
    let other = Srs::development(b"other", 1, &folder.0).unwrap();
    assert!(Srs::from_points(other.tau_g2(), &encode(powers)).is_err());
    let mut broken = encode(powers);
    broken[70] ^= 1;
    assert!(Srs::from_points(srs.tau_g2(), &broken).is_err());
    assert!(Srs::from_points(srs.tau_g2(), &[]).is_err());
}

#[test]
fn point_bytes_are_canonical() {
    let folder = Folder::new("bytes");
    let srs = Srs::development(b"test", 2, &folder.0).unwrap();
    let point = srs.powers(2).unwrap()[1];
    assert_eq!(g1_from_bytes(&g1_bytes(&point)).unwrap(), point);
    assert_eq!(g1_bytes(&G1Affine::identity()), [0; 64]);
    assert_eq!(
        g2_from_bytes(&g2_bytes(&srs.tau_g2())).unwrap(),
        srs.tau_g2()
    );
    assert!(g1_from_bytes(&[0xff; 64]).is_err());
    assert!(g1_from_bytes(&[1; 64]).is_err());
    assert!(g1_from_bytes(&[0; 63]).is_err());
    assert!(g2_from_bytes(&[1; 128]).is_err());
}
