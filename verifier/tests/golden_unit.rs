//! The proof of `protocol/vectors/unit.json`, made once by the prover, still verifies, and its key is well-formed.

use federity_verifier::{check_key, host::Arkworks, verify_unit, Key, Refusal, Unit};
use serde_json::Value;

fn hex<const N: usize>(value: &Value) -> [u8; N] {
    let text = value.as_str().unwrap();
    let bytes: Vec<u8> = (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

#[test]
fn the_golden_unit_verifies() {
    let vector: Value =
        serde_json::from_str(include_str!("../../protocol/vectors/unit.json")).unwrap();
    let bytes = hex(&vector["verifying_key"]);
    check_key::<Arkworks>(&bytes).unwrap();
    let key = Key::read(&bytes).unwrap();
    let tau_g2 = hex(&vector["tau_g2"]);
    let unit = Unit {
        proof: &hex(&vector["proof"]),
        point: &hex(&vector["point"]),
        opening: &hex(&vector["opening"]),
        p: &hex(&vector["p"]),
        y: &hex(&vector["y"]),
        norm: vector["norm"].as_u64().unwrap(),
        offset: vector["offset"].as_u64().unwrap() as u32,
        sealed: false,
        context: &hex(&vector["context"]),
    };
    verify_unit::<Arkworks>(&key, &tau_g2, &unit).unwrap();
    let moved = Unit { offset: 0, ..unit };
    assert_eq!(
        verify_unit::<Arkworks>(&key, &tau_g2, &moved),
        Err(Refusal::Proof)
    );
    let sealed = Unit {
        sealed: true,
        ..unit
    };
    assert_eq!(
        verify_unit::<Arkworks>(&key, &tau_g2, &sealed),
        Err(Refusal::Proof)
    );
}
