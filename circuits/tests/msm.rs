//! Sums of points against arkworks, and where the chord rule does not apply.
use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::scalar_mul::BatchMulPreprocessing;
use ark_ec::short_weierstrass::Affine;
use ark_ec::{CurveGroup, PrimeGroup, VariableBaseMSM};
use ark_ff::{Field, One};
use federity_circuits::msm::{full, selected, wires};

fn scalars(count: u64) -> Vec<Fr> {
    (0..count).map(|i| Fr::from(i + 2).pow([i % 97])).collect()
}

#[test]
fn every_window_size_agrees_with_arkworks() {
    let generator = G1Projective::generator();
    for count in [0, 1, 3, 63, 64, 1500, 9000, 33_000, 140_000] {
        let mut scalars = scalars(count);
        if let Some(first) = scalars.first_mut() {
            *first = -Fr::one();
        }
        let points = BatchMulPreprocessing::new(generator, 1 << 12).batch_mul(&scalars);
        scalars.reverse();
        assert_eq!(
            full(&points, &scalars),
            G1Projective::msm(&points, &scalars).unwrap(),
            "{count}"
        );
    }
}

/// Equal, opposite and absent points have no chord between them.
#[test]
fn degenerate_points_are_added_right() {
    let point = G1Projective::generator().into_affine();
    let mut points = vec![point; 9000];
    points.extend(vec![-point; 4000]);
    points.extend(vec![Affine::identity(); 100]);
    let ones = vec![Fr::from(3u64); points.len()];
    assert_eq!(full(&points, &ones), point * Fr::from(15_000u64));
    assert_eq!(
        selected(&points, &vec![true; points.len()]),
        point * Fr::from(5000u64)
    );
    let wires_of = |bits| wires(&points, &vec![Fr::one(); points.len()], bits);
    assert_eq!(wires_of(100..8000), point * Fr::from(5000u64));
    assert_eq!(wires_of(0..points.len()), wires_of(5..5));
}

#[test]
fn the_twist_is_summed_alike() {
    let generator = G2Projective::generator();
    let scalars = scalars(1500);
    let points = BatchMulPreprocessing::new(generator, 1 << 10).batch_mul(&scalars);
    assert_eq!(
        full(&points, &scalars),
        G2Projective::msm(&points, &scalars).unwrap()
    );
}
