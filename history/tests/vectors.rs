//! The golden cases, which Python reads too.
use federity_history::{History, Made, Of, Term};
use serde_json::Value;

const CASES: &str = include_str!("../../protocol/vectors/histories.json");

fn number(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn of(kind: &Value, at: &Value) -> Of {
    match kind.as_str().unwrap() {
        "head" => Of::Head(number(at)),
        _ => Of::Update(number(at)),
    }
}

fn made(head: &Value) -> Made {
    let Some(parent) = head["parent"].as_u64() else {
        return Made::Genesis;
    };
    let parent = parent as usize;
    let Some(terms) = head["terms"].as_array() else {
        return Made::Merge { parent };
    };
    let terms = terms.iter().map(|term| Term {
        of: of(&term[0], &term[1]),
        factor: term[2].as_i64().unwrap(),
    });
    Made::Operation {
        parent,
        m: number(&head["m"]) as u8,
        terms: terms.collect(),
    }
}

#[test]
fn golden_histories_are_read_as_python_reads_them() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    for case in list(&cases) {
        let name = case["name"].as_str().unwrap();
        let heads = list(&case["heads"]);
        let history = History::new(heads.iter().map(made).collect()).unwrap();
        assert_eq!(history.len(), heads.len());
        for (at, head) in heads.iter().enumerate() {
            let read = &head["read"];
            let past: Vec<usize> = list(&read["past"]).iter().map(number).collect();
            let found = history.past(at).unwrap();
            let has = (0..heads.len() + 70).filter(|other| found.has(*other));
            assert_eq!(has.collect::<Vec<_>>(), past, "{name}: past of {at}");
            let sides: Vec<usize> = list(&read["sides"]).iter().map(number).collect();
            assert_eq!(history.sides(at).unwrap(), sides, "{name}: sides of {at}");
            let label = history.label(at).map(|label| label.word());
            assert_eq!(label, read["label"].as_str(), "{name}: label of {at}");
            let held = history.holds(at).unwrap();
            let parts = list(&read["holds"]);
            assert_eq!(held.len(), parts.len(), "{name}: {held:?}");
            for part in parts {
                let share = &held[&of(&part[0], &part[1])];
                // Numbers of any size are written as texts, over `2^bits`.
                let (over, bits) = (part[2].as_str().unwrap(), part[3].as_u64().unwrap() as u32);
                assert!(share.bits >= bits, "{name}: share of {at}");
                let over: num_bigint::BigInt = over.parse().unwrap();
                assert_eq!(
                    share.over,
                    over << (share.bits - bits),
                    "{name}: share of {at}"
                );
            }
        }
    }
}

#[test]
fn what_is_no_history_is_refused() {
    let on = |parent| Made::Merge { parent };
    let sum = |m, terms: &[(Of, i64)]| Made::Operation {
        parent: 0,
        m,
        terms: terms
            .iter()
            .map(|(of, factor)| Term {
                of: *of,
                factor: *factor,
            })
            .collect(),
    };
    for (heads, error) in [
        (
            vec![on(0)],
            "head 0 is made of one that does not come before it",
        ),
        (
            vec![Made::Genesis, on(2)],
            "head 1 is made of one that does not come before it",
        ),
        (
            vec![Made::Genesis, sum(0, &[(Of::Head(1), 1)])],
            "head 1 is made of one that does not come before it",
        ),
        (
            vec![Made::Genesis, sum(0, &[(Of::Head(0), 1), (Of::Head(0), 2)])],
            "head 1 names a commit twice",
        ),
        (
            vec![Made::Genesis, sum(9, &[(Of::Head(0), 1)])],
            "head 1 is a sum over more than 2^8",
        ),
    ] {
        assert_eq!(History::new(heads).unwrap_err().to_string(), error);
    }
    let empty = History::new(vec![]).unwrap();
    assert!(empty.is_empty() && empty.past(0).is_none() && empty.holds(0).is_none());
}
