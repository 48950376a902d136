//! Proofs end to end: what verifies, what does not, and agreement with arkworks' own Groth16.
use std::path::PathBuf;
use std::sync::OnceLock;

use ark_bn254::{Bn254, Fr};
use ark_ec::scalar_mul::BatchMulPreprocessing;
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::{Field, One, Zero};
use ark_groth16::r1cs_to_qap::LibsnarkReduction;
use ark_groth16::Groth16;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use federity_circuits::points::{fr_bytes, g2_bytes};
use federity_circuits::prove::{prove_update, verify_update, Unit, UnitProof};
use federity_circuits::r1cs::Matrix;
use federity_circuits::relations::update::{self, Layout};
use federity_circuits::relations::update_witness::Private;
use federity_circuits::setup::development::{generate, proving_key, verifying_key, Trapdoor};
use federity_circuits::setup::key::{domain_size, ProvingKey, VerifyingKey};
use federity_circuits::srs::Srs;
use federity_circuits::{cache, groth16, Error, UNWATCHED};

const N: u32 = 1 << 10;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("proof")
}

fn key() -> &'static ProvingKey {
    static KEY: OnceLock<ProvingKey> = OnceLock::new();
    KEY.get_or_init(|| proving_key(b"test", N, &folder(), UNWATCHED).unwrap())
}

fn srs() -> &'static Srs {
    static SRS: OnceLock<Srs> = OnceLock::new();
    SRS.get_or_init(|| Srs::development(b"test", 1, &folder()).unwrap())
}

fn context() -> [u8; 32] {
    let mut context = [0xabu8; 32];
    context[0] = 0;
    context
}

fn unit(elements: &[i8]) -> Unit<'_> {
    Unit {
        elements,
        offset: 256 * 3,
        context: context(),
        blinds: None,
    }
}

fn elements() -> Vec<i8> {
    (0..N).map(|i| (i * 89 % 251) as u8 as i8).collect()
}

fn proved() -> &'static UnitProof {
    static PROOF: OnceLock<UnitProof> = OnceLock::new();
    PROOF.get_or_init(|| prove_update(key(), srs(), &unit(&elements()), UNWATCHED).unwrap())
}

fn holds(proof: &UnitProof, offset: u32, context: &[u8; 32]) -> bool {
    holds_as(proof, offset, false, context)
}

fn holds_as(proof: &UnitProof, offset: u32, sealed: bool, context: &[u8; 32]) -> bool {
    verify_update(
        &key().vk.to_bytes(),
        &g2_bytes(&srs().tau_g2()),
        proof,
        offset,
        sealed,
        context,
    )
    .unwrap()
}

#[test]
fn a_true_unit_verifies_and_every_changed_item_does_not() {
    let good = proved();
    assert!(holds(good, 768, &context()));
    assert!(!holds(good, 0, &context()));
    let mut other = context();
    other[31] ^= 1;
    assert!(!holds(good, 768, &other));
    assert!(!holds(good, 768, &[0xff; 32]));
    let one = fr_bytes(&Fr::one());
    let changed = [
        UnitProof {
            norm: good.norm + 1,
            ..good.clone()
        },
        UnitProof {
            p: one,
            ..good.clone()
        },
        UnitProof {
            y: one,
            ..good.clone()
        },
        UnitProof {
            point: good.opening,
            ..good.clone()
        },
        UnitProof {
            opening: good.point,
            ..good.clone()
        },
        UnitProof {
            point: [0; 64],
            ..good.clone()
        },
        UnitProof {
            proof: [0; 256],
            ..good.clone()
        },
    ];
    for proof in changed {
        assert!(!holds(&proof, 768, &context()));
    }
    let mut swapped = good.clone();
    swapped.proof.copy_within(0..64, 192);
    assert!(!holds(&swapped, 768, &context()));
}

#[test]
fn proofs_are_fresh_but_say_the_same() {
    let again = prove_update(key(), srs(), &unit(&elements()), UNWATCHED).unwrap();
    let first = proved();
    assert_ne!(again.proof, first.proof);
    assert_eq!(
        UnitProof {
            proof: first.proof,
            ..again
        },
        *first
    );
}

#[test]
fn a_sealed_unit_hides_its_point_and_verifies_as_sealed_alone() {
    let elements = elements();
    let blinds = [
        fr_bytes(&Fr::from(3u64).pow([55])),
        fr_bytes(&Fr::from(5u64).pow([66])),
    ];
    let sealed = Unit {
        blinds: Some(blinds),
        ..unit(&elements)
    };
    let proof = prove_update(key(), srs(), &sealed, UNWATCHED).unwrap();
    assert_ne!(proof.point, proved().point);
    assert_eq!(proof.norm, proved().norm);
    assert!(holds_as(&proof, 768, true, &context()));
    assert!(!holds(&proof, 768, &context()));
    assert!(!holds_as(proved(), 768, true, &context()));
}

#[test]
fn an_error_from_progress_stops_the_work() {
    let stop = |share: f64| {
        if share > 0.05 {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    };
    let result = prove_update(key(), srs(), &unit(&elements()), &stop);
    assert!(matches!(result, Err(Error::Cancelled)));
}

#[test]
fn a_witness_that_breaks_the_relation_gets_no_proof() {
    let private = Private::new(N, &elements(), [Fr::zero(); 2]).unwrap();
    let mut wires = private
        .complete(0, false, &context(), Fr::from(9u64))
        .unwrap()
        .wires;
    let layout = Layout::new(N).unwrap();
    wires[layout.norm as usize] -= Fr::one();
    let bits = layout.bits as usize..layout.squares as usize;
    let result = groth16::prove(key(), &wires, [Fr::one(); 2], bits, UNWATCHED);
    assert!(matches!(result, Err(Error::Unsatisfied(_))));
}

#[test]
fn a_damaged_key_file_means_the_key_is_made_again() {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("damage-{}", std::process::id()));
    let first = proving_key(b"damage", 64, &folder, UNWATCHED).unwrap();
    let stored = proving_key(b"damage", 64, &folder, UNWATCHED).unwrap();
    assert_eq!(first.vk, stored.vk);
    assert_eq!(first.l, stored.l);
    assert_eq!(first.vk, verifying_key(b"damage", 64).unwrap());
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(cache::read(&path, bytes.len() - 32).is_none());
        assert_eq!(
            proving_key(b"damage", 64, &folder, UNWATCHED).unwrap().h,
            first.h
        );
        assert!(cache::read(&path, bytes.len() - 32).is_some());
    }
    assert_ne!(
        proving_key(b"other seed", 64, &folder, UNWATCHED)
            .unwrap()
            .vk,
        first.vk
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn verifying_key_bytes_are_checked() {
    let bytes = key().vk.to_bytes();
    assert_eq!(VerifyingKey::from_bytes(&bytes).unwrap(), key().vk);
    assert!(VerifyingKey::from_bytes(&bytes[1..]).is_err());
    let mut broken = bytes;
    broken[100] ^= 1;
    assert!(VerifyingKey::from_bytes(&broken).is_err());
}

/// From the same trapdoor, witness and blinding, arkworks' prover makes the same proof, and its verifier takes it.
#[test]
fn the_prover_agrees_with_arkworks() {
    let system = update::system(64).unwrap();
    let trapdoor = Trapdoor::from_seed(b"agreement", &[1; 32]);
    let key = generate(64, update::system(64).unwrap(), &trapdoor, UNWATCHED).unwrap();
    let private = Private::new(64, &[5, -6, 127, -128], [Fr::from(7u64), Fr::zero()]).unwrap();
    let witness = private
        .complete(12, true, &context(), Fr::from(99u64))
        .unwrap();
    let layout = Layout::new(64).unwrap();
    let bits = layout.bits as usize..layout.squares as usize;
    let blinding = [Fr::from(111u64), Fr::from(222u64)];
    let proof = groth16::prove(&key, &witness.wires, blinding, bits, UNWATCHED).unwrap();

    let rows = |matrix: &Matrix| -> Vec<Vec<(Fr, usize)>> {
        let term =
            |(wire, index): &(u32, u32)| (system.coefficients[*index as usize], *wire as usize);
        (0..matrix.rows())
            .map(|row| matrix.row(row).iter().map(term).collect())
            .collect()
    };
    let matrices = [&system.a, &system.b, &system.c].map(rows);
    let reference_key = reference_key(&key, &trapdoor);
    let reference = Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices(
        &reference_key,
        blinding[0],
        blinding[1],
        &matrices,
        2,
        system.constraints(),
        &witness.wires,
    )
    .unwrap();
    assert_eq!(
        (proof.a, proof.b, proof.c),
        (reference.a, reference.b, reference.c)
    );
    let prepared = ark_groth16::prepare_verifying_key(&reference_key.vk);
    let verify = |public| Groth16::<Bn254>::verify_proof(&prepared, &reference, &[public]).unwrap();
    assert!(verify(witness.h) && !verify(witness.h + Fr::one()));
}

/// Our key with the quotient over powers of x and C not folded into `l`, as arkworks has it.
fn reference_key(key: &ProvingKey, trapdoor: &Trapdoor) -> ark_groth16::ProvingKey<Bn254> {
    let size = domain_size(&key.system);
    let domain = Radix2EvaluationDomain::<Fr>::new(size).unwrap();
    let factor =
        domain.evaluate_vanishing_polynomial(trapdoor.x) * trapdoor.delta.inverse().unwrap();
    let scalars: Vec<Fr> = (0..size as u64 - 1)
        .map(|power| factor * trapdoor.x.pow([power]))
        .collect();
    let table = BatchMulPreprocessing::new(ark_bn254::G1Projective::generator(), size);
    let wires = key.system.wires();
    let mut b_g1_query = vec![ark_bn254::G1Affine::identity(); wires];
    let mut b_g2_query = vec![ark_bn254::G2Affine::identity(); wires];
    for (position, wire) in key.b_wires.iter().enumerate() {
        b_g1_query[*wire as usize] = key.b_g1[position];
        b_g2_query[*wire as usize] = key.b_g2[position];
    }
    ark_groth16::ProvingKey {
        vk: ark_groth16::VerifyingKey {
            alpha_g1: key.vk.alpha_g1,
            beta_g2: key.vk.beta_g2,
            gamma_g2: key.vk.gamma_g2,
            delta_g2: key.vk.delta_g2,
            gamma_abc_g1: key.vk.ic.to_vec(),
        },
        beta_g1: key.beta_g1,
        delta_g1: key.delta_g1,
        a_query: key.a.clone(),
        b_g1_query,
        b_g2_query,
        h_query: table.batch_mul(&scalars),
        l_query: private_points(key, trapdoor),
    }
}

/// `(beta a + alpha b + c) / delta` of each private wire, by its definition.
fn private_points(key: &ProvingKey, trapdoor: &Trapdoor) -> Vec<ark_bn254::G1Affine> {
    let system = &key.system;
    let domain = Radix2EvaluationDomain::<Fr>::new(domain_size(system)).unwrap();
    let lagrange = domain.evaluate_all_lagrange_coefficients(trapdoor.x);
    let mut sums = vec![Fr::zero(); system.wires()];
    for (matrix, factor) in [
        (&system.a, trapdoor.beta),
        (&system.b, trapdoor.alpha),
        (&system.c, Fr::one()),
    ] {
        for (row, value) in lagrange.iter().enumerate().take(matrix.rows()) {
            for (wire, coefficient) in matrix.row(row) {
                sums[*wire as usize] += factor * value * system.coefficients[*coefficient as usize];
            }
        }
    }
    let inverse = trapdoor.delta.inverse().unwrap();
    sums[2..]
        .iter()
        .map(|sum| (ark_bn254::G1Projective::generator() * (*sum * inverse)).into_affine())
        .collect()
}
