//! The golden cases of `protocol/vectors`, against this crate and libraries that know nothing of it.

use std::{fs, path::Path, str::FromStr};

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, Field, PrimeField, Zero};
use federity_protocol::{
    circuits::{challenge_inputs, pack_start, private_inputs, UpdateItems},
    constants::{BOUND_LIMIT, DELTA_BOUND, LANES, LANE_BITS, PACK_BLOCK, PACK_DELTAS, WEIGHT_BITS},
    context::{extend_set, extend_weights, lineage, UpdateContext},
    encoding::{
        field_from_u64, is_canonical_scalar, is_valid_name, pack_blocks, packed_elements,
        unit_place, UnitPlace,
    },
    srs, Bytes32, G1,
};
use light_poseidon::{Poseidon, PoseidonBytesHasher};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn load(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn hex<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn integers(value: &Value) -> Vec<i64> {
    list(value)
        .iter()
        .map(|item| item.as_i64().unwrap())
        .collect()
}

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn sha256(parts: &[&[u8]]) -> Bytes32 {
    Sha256::digest(parts.concat()).into()
}

fn poseidon(inputs: &[Bytes32]) -> Bytes32 {
    let slices: Vec<&[u8]> = inputs.iter().map(|input| input.as_slice()).collect();
    Poseidon::<Fr>::new_circom(inputs.len())
        .unwrap()
        .hash_bytes_be(&slices)
        .unwrap()
}

/// `sum_i v_i 2^(62 (i mod 4)) tau^(i / 4)` times the generator.
fn commitment(values: &[i64], first: usize, tau: Fr) -> G1 {
    let lane = Fr::from(2u64).pow([u64::from(LANE_BITS)]);
    let mut sum = Fr::zero();
    for (index, value) in (first..).zip(values) {
        let (coefficient, place) = (index / LANES as usize, index % LANES as usize);
        sum += Fr::from(*value) * lane.pow([place as u64]) * tau.pow([coefficient as u64]);
    }
    let mut out = [0; 64];
    if let Some((x, y)) = (G1Projective::generator() * sum).into_affine().xy() {
        out[..32].copy_from_slice(&x.into_bigint().to_bytes_be());
        out[32..].copy_from_slice(&y.into_bigint().to_bytes_be());
    }
    out
}

fn tau(value: &Value) -> Fr {
    Fr::from_be_bytes_mod_order(&bytes(&value["tau"]))
}

#[test]
fn hashes() {
    let cases = load("hashes.json");
    let string = &cases["srs"];
    assert_eq!(srs::id(&hex(&string["tau_g2"]), sha256), hex(&string["id"]));
    let line = &cases["lineage"];
    let [manifest, base, id] =
        ["manifest_hash", "base_hash", "srs_id"].map(|name| hex(&line[name]));
    assert_eq!(
        lineage(&manifest, &base, &id, number(&line["chunks"]), sha256),
        hex(&line["lineage"])
    );
    let mut hash = [0; 32];
    for step in list(&cases["set"]) {
        let (index, samples) = (number(&step["index"]), number(&step["samples"]));
        hash = extend_set(&hash, &hex(&step["commit"]), index, samples, sha256);
        assert_eq!(hash, hex(&step["hash"]));
    }
    let mut hash = [0; 32];
    for step in list(&cases["weights"]) {
        hash = extend_weights(
            &hash,
            number(&step["index"]),
            number(&step["weight"]),
            sha256,
        );
        assert_eq!(hash, hex(&step["hash"]));
    }
}

#[test]
fn contexts() {
    for case in list(&load("contexts.json")) {
        let field = |name: &str| -> Bytes32 { hex(&case[name]) };
        let context = UpdateContext {
            program_id: &field("program_id"),
            cluster: &field("cluster"),
            lineage: &field("lineage"),
            repository: &field("repository"),
            branch: &field("branch"),
            round: &field("round"),
            parent: &field("parent"),
            author: &field("author"),
            commit: &field("commit"),
            blob_hash: &field("blob_hash"),
            shift: number(&case["shift"]) as u8,
            unit: number(&case["unit"]),
            key: &field("key"),
        }
        .hash(sha256);
        assert_eq!(context, field("context"));
        assert!(is_canonical_scalar(&context));
    }
}

#[test]
fn poseidon_is_circoms() {
    for case in list(&load("poseidon.json")) {
        let inputs: Vec<Bytes32> = list(&case["inputs"]).iter().map(hex).collect();
        assert_eq!(poseidon(&inputs), hex(&case["output"]));
    }
}

#[test]
fn commitments() {
    let vectors = load("commitments.json");
    let tau = tau(&vectors);
    for case in list(&vectors["cases"]) {
        let first = number(&case["first_element"]) as usize;
        assert_eq!(
            commitment(&integers(&case["values"]), first, tau),
            hex(&case["point"])
        );
    }
}

#[test]
fn merges() {
    let vectors = load("merges.json");
    let tau = tau(&vectors);
    for case in list(&vectors["cases"]) {
        let fraction_bits = number(&case["fraction_bits"]);
        let mut sum = integers(&case["accumulator"]);
        assert_eq!(commitment(&sum, 0, tau), hex(&case["point"]));
        let mut bound = 0;
        for update in list(&case["updates"]) {
            let bits = fraction_bits - WEIGHT_BITS - number(&update["shift"]);
            let scaled = update["weight"].as_i64().unwrap() << bits;
            assert_eq!(update["scaled_weight"].as_i64(), Some(scaled));
            let delta = integers(&update["delta"]);
            assert_eq!(commitment(&delta, 0, tau), hex(&update["point"]));
            for (value, step) in sum.iter_mut().zip(delta) {
                *value += scaled * step;
            }
            bound += i64::from(DELTA_BOUND) * scaled;
        }
        assert_eq!(case["bound_added"].as_i64(), Some(bound));
        assert!((bound as u64) < BOUND_LIMIT);
        assert_eq!(integers(&case["result"]), sum);
        assert_eq!(commitment(&sum, 0, tau), hex(&case["result_point"]));
    }
}

#[test]
fn the_public_input_of_a_unit() {
    let unit = load("unit.json");
    let n = number(&unit["n"]);
    let deltas: Vec<i8> = bytes(&unit["values"])
        .into_iter()
        .map(|byte| byte as i8)
        .collect();
    assert_eq!(deltas.len(), n as usize);
    let shifted = |index: usize| {
        deltas
            .get(index)
            .map_or(128, |delta| (i16::from(*delta) + 128) as u8)
    };
    let mut packed = vec![[0; 32]; (pack_blocks(n) * PACK_BLOCK) as usize];
    for (index, element) in packed
        .iter_mut()
        .take(packed_elements(n) as usize)
        .enumerate()
    {
        for byte in 0..PACK_DELTAS as usize {
            element[31 - byte] = shifted(index * PACK_DELTAS as usize + byte);
        }
    }
    let mut state = pack_start();
    for block in packed.chunks_exact(PACK_BLOCK as usize) {
        state = poseidon(&[&[state], block].concat());
    }
    assert_eq!(state, hex(&unit["chain"]));
    let p = poseidon(&private_inputs(&state, n, [&[0; 32]; 2]));
    assert_eq!(p, hex(&unit["p"]));
    let context = hex(&unit["context"]);
    let rho = poseidon(&challenge_inputs(&p, &hex(&unit["point"]), &context));
    assert_eq!(rho, hex(&unit["rho"]));
    let norm: i64 = deltas.iter().map(|delta| i64::from(*delta).pow(2)).sum();
    assert_eq!(unit["norm"].as_i64(), Some(norm));
    let items = UpdateItems {
        context: &context,
        p: &p,
        rho: &rho,
        y: &hex(&unit["y"]),
        norm: norm as u64,
        offset: number(&unit["offset"]),
        sealed: false,
    };
    assert_eq!(poseidon(&items.inputs()), hex(&unit["h"]));
}

#[test]
fn the_ceremonys_string_is_a_point_of_the_subgroup_under_its_id() {
    let coordinate = |text: &str| Fq::from_str(text).unwrap();
    // As snarkjs prints it: x = [c0, c1], y = [c0, c1].
    let x = Fq2::new(
        coordinate("21831381940315734285607113342023901060522397560371972897001948545212302161822"),
        coordinate("17231025384763736816414546592865244497437017442647097510447326538965263639101"),
    );
    let y = Fq2::new(
        coordinate("2388026358213174446665280700919698872609886601280537296205114254867301080648"),
        coordinate("11507326595632554467052522095592665270651932854513688777769618397986436103170"),
    );
    let point = G2Affine::new_unchecked(x, y);
    assert!(point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve());
    assert!(point != G2Affine::generator() && !point.is_zero());
    let parts = [x.c1, x.c0, y.c1, y.c0].map(|part| part.into_bigint().to_bytes_be());
    assert_eq!(parts.concat(), srs::PERPETUAL_TAU_G2);
    assert_eq!(srs::id(&srs::PERPETUAL_TAU_G2, sha256), srs::PERPETUAL_ID);
    assert!(srs::is_trusted(&srs::PERPETUAL_ID));
    let development = hex(&load("hashes.json")["srs"]["id"]);
    assert!(!srs::is_trusted(&development));
    assert_eq!(
        G1Affine::generator(),
        G1Projective::generator().into_affine()
    );
}

#[test]
fn units_tile_chunks() {
    let place = |chunk, slot, offset| {
        Some(UnitPlace {
            chunk,
            slot,
            offset,
        })
    };
    assert_eq!(unit_place(0, 1 << 14), place(0, 0, 0));
    assert_eq!(unit_place(255, 1 << 14), place(0, 255, 255 << 12));
    assert_eq!(unit_place(256, 1 << 14), place(1, 0, 0));
    assert_eq!(unit_place(65, 1 << 16), place(1, 1, 1 << 14));
    assert_eq!(unit_place(255, 1 << 10), place(0, 255, 255 << 8));
    // Beyond what a chunk's set of parts can hold, and sizes that tile no chunk.
    assert_eq!(unit_place(256, 1 << 10), None);
    assert_eq!(unit_place(4096, 1 << 10), place(1, 0, 0));
    for n in [0, 2, 3, 1000, 1 << 23] {
        assert_eq!(unit_place(0, n), None);
    }
    assert_eq!(unit_place(u32::MAX, 1 << 22), place(u32::MAX, 0, 0));
}

#[test]
fn names() {
    let padded = |text: &[u8]| {
        let mut name = [0; 32];
        name[..text.len()].copy_from_slice(text);
        name
    };
    for good in [
        "a",
        "main",
        "v1.2_x-y",
        "_",
        "a.",
        "0..",
        "abcdefghijklmnopqrstuvwxyz012345",
    ] {
        assert!(is_valid_name(&padded(good.as_bytes())), "{good}");
    }
    for bad in ["", "Main", "a b", "a/b", "\u{e9}", ".", "..", ".git", "-f"] {
        assert!(!is_valid_name(&padded(bad.as_bytes())), "{bad}");
    }
    assert!(!is_valid_name(&padded(b"a\0b")));
    assert_eq!(field_from_u64(258)[30..], [1, 2]);
}
