//! The `update` relation: true witnesses hold, every broken wire is caught by the constraint it breaks.
use ark_bn254::Fr;
use ark_ff::{Field, One, Zero};
use federity_circuits::gadgets::poseidon;
use federity_circuits::points::fr_bytes;
use federity_circuits::r1cs::{System, PUBLIC};
use federity_circuits::relations::update::{self, Layout};
use federity_circuits::relations::update_witness::{public_input, Private, Witness};
use federity_protocol::circuits::UpdateItems;
use light_poseidon::PoseidonHasher;

const N: u32 = 1 << 10;

fn elements() -> Vec<i8> {
    (0..N).map(|i| (i * 37 % 256) as u8 as i8).collect()
}

fn witness(blinds: [Fr; 2]) -> Witness {
    claim(blinds, blinds.iter().any(|blind| !blind.is_zero()))
}

fn claim(blinds: [Fr; 2], sealed: bool) -> Witness {
    let mut context = [7u8; 32];
    context[0] = 0;
    let private = Private::new(N, &elements(), blinds).unwrap();
    private
        .complete(0x5a5a5, sealed, &context, Fr::from(1234567u64).pow([9]))
        .unwrap()
}

fn violation(system: &System, wires: &[Fr]) -> Option<&'static str> {
    system.violation(&system.evaluate(wires, system.constraints()))
}

#[test]
fn constraint_counts_are_pinned() {
    let count = |n| update::system(n).unwrap().constraints();
    assert_eq!(
        [count(1 << 10), count(1 << 14), count(1 << 16)],
        [12_310, 177_565, 706_383]
    );
}

#[test]
fn poseidon_is_light_poseidon() {
    for inputs in 1..=12usize {
        let values: Vec<Fr> = (0..inputs as u64)
            .map(|i| Fr::from(i + 3).pow([77]))
            .collect();
        let mut reference = light_poseidon::Poseidon::<Fr>::new_circom(inputs).unwrap();
        assert_eq!(
            poseidon::hash(&values).unwrap(),
            reference.hash(&values).unwrap()
        );
    }
    assert!(poseidon::hash(&[]).is_err());
    assert!(poseidon::hash(&[Fr::one(); 13]).is_err());
}

#[test]
fn true_witnesses_hold() {
    let system = update::system(N).unwrap();
    for blinds in [[Fr::from(0u64); 2], [Fr::from(5u64), -Fr::one()]] {
        let witness = witness(blinds);
        assert_eq!(violation(&system, &witness.wires), None);
        assert_eq!(
            witness.norm,
            elements()
                .iter()
                .map(|d| i64::from(*d).pow(2) as u64)
                .sum::<u64>()
        );
        assert_eq!(witness.wires[PUBLIC as usize], witness.h);
    }
}

#[test]
fn short_units_are_padded_with_zeros() {
    let system = update::system(N).unwrap();
    let context = [0u8; 32];
    let private = Private::new(N, &[3, -4], [Fr::from(0u64); 2]).unwrap();
    let witness = private
        .complete(0, false, &context, Fr::from(2u64))
        .unwrap();
    assert_eq!(violation(&system, &witness.wires), None);
    assert_eq!(witness.norm, 25);
    assert!(Private::new(N, &[0; 1025], [Fr::from(0u64); 2]).is_err());
}

#[test]
fn offsets_and_contexts_outside_their_range_are_refused() {
    let make = || Private::new(N, &[1], [Fr::from(0u64); 2]).unwrap();
    assert!(make()
        .complete(1 << 20, false, &[0; 32], Fr::one())
        .is_err());
    assert!(make().complete(0, false, &[0xff; 32], Fr::one()).is_err());
    assert!(Layout::new(1000).is_err() && Layout::new(4).is_err() && Layout::new(1 << 23).is_err());
}

/// One wire of every kind, changed alone, breaks a constraint of the group that speaks about it.
#[test]
fn every_broken_wire_is_caught() {
    let system = update::system(N).unwrap();
    let layout = Layout::new(N).unwrap();
    let good = witness([Fr::from(5u64), Fr::from(6u64)]).wires;
    let gadget = poseidon::wires(update::CHAIN_INPUTS) as u32;
    let cases = [
        ("first bit", layout.bits, "range"),
        ("last bit", layout.squares - 1, "range"),
        ("square", layout.squares + 17, "norm"),
        ("norm", layout.norm, "norm"),
        ("first sum", layout.sums, "evaluation"),
        ("last sum", layout.offset - 1, "evaluation"),
        ("offset bit", layout.offset + 3, "offset bits"),
        ("power", layout.powers, "powers"),
        ("top power", layout.powers + 19, "powers"),
        ("selected", layout.selected + 5, "offset power"),
        ("product", layout.products + 18, "offset power"),
        ("placed", layout.placed, "offset power"),
        ("inner blinding", layout.blinding, "blinding"),
        ("blinding", layout.blinding + 1, "blinding"),
        ("packed", layout.packed, "packing"),
        ("last packed", layout.chain - 1, "packing"),
        ("first S-box", layout.chain, "chain"),
        ("second block", layout.chain + gadget, "chain"),
        ("last block", layout.private - 1, "chain"),
        ("private hash", layout.private + 20, "private hash"),
        ("public hash", layout.public + 20, "public hash"),
        ("public input", PUBLIC, "public hash"),
        ("context", layout.context, "public hash"),
        ("rho", layout.rho, "evaluation"),
        ("r0", layout.r0, "blinding"),
        ("r1", layout.r1, "blinding"),
        ("sealed", layout.sealed, "blinding"),
    ];
    for (name, wire, group) in cases {
        let mut broken = good.clone();
        broken[wire as usize] += Fr::from(7u64);
        assert_eq!(violation(&system, &broken), Some(group), "{name}");
    }
}

/// A commit that says it is not sealed cannot be: its head could be opened by nobody but its author.
#[test]
fn blinds_of_a_unit_that_is_not_sealed_are_caught() {
    let system = update::system(N).unwrap();
    for blinds in [[5, 0], [0, 6], [5, 6]] {
        let witness = claim(blinds.map(Fr::from), false);
        assert_eq!(violation(&system, &witness.wires), Some("blinding"));
    }
    // Sealed with nothing is no harm.
    let open = claim([Fr::zero(); 2], true);
    assert_eq!(violation(&system, &open.wires), None);
    assert_ne!(open.h, claim([Fr::zero(); 2], false).h);
}

/// Each single wire matters, also to a prover who may keep every bit a bit: a flipped bit is caught elsewhere.
#[test]
fn flipped_bits_are_caught_without_the_range_check() {
    let system = update::system(N).unwrap();
    let layout = Layout::new(N).unwrap();
    let good = witness([Fr::from(0u64); 2]).wires;
    for wire in [
        layout.bits,
        layout.bits + 7,
        layout.squares - 3,
        layout.offset,
        layout.offset + 19,
    ] {
        let mut broken = good.clone();
        broken[wire as usize] = Fr::one() - broken[wire as usize];
        let group = violation(&system, &broken).unwrap();
        assert!(group == "norm" || group == "offset power", "{group}");
    }
}

/// Every public item, changed, gives another `h`.
#[test]
fn h_binds_every_public_item() {
    let (zero, one) = ([0u8; 32], fr_bytes(&Fr::one()));
    let items = UpdateItems {
        context: &zero,
        p: &zero,
        rho: &zero,
        y: &zero,
        norm: 0,
        offset: 0,
        sealed: false,
    };
    let changed = [
        items,
        UpdateItems {
            context: &one,
            ..items
        },
        UpdateItems { p: &one, ..items },
        UpdateItems { rho: &one, ..items },
        UpdateItems { y: &one, ..items },
        UpdateItems { norm: 1, ..items },
        UpdateItems { offset: 1, ..items },
        UpdateItems {
            sealed: true,
            ..items
        },
    ];
    let all = changed.map(|items| public_input(&items).unwrap());
    for (index, h) in all.iter().enumerate() {
        assert!(!all[..index].contains(h));
    }
}

#[test]
fn no_wire_is_free() {
    let system = update::system(8).unwrap();
    let private = Private::new(
        8,
        &[1, -2, 3, -128, 127, 0, 5, 6],
        [Fr::from(8u64), Fr::from(9u64)],
    )
    .unwrap();
    let good = private
        .complete(77, true, &[1; 32], Fr::from(11u64))
        .unwrap()
        .wires;
    assert_eq!(violation(&system, &good), None);
    for wire in 0..good.len() {
        let mut broken = good.clone();
        broken[wire] += Fr::from(3u64);
        assert!(violation(&system, &broken).is_some(), "wire {wire}");
    }
}
