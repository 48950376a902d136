//! Whether the rows of a relation leave anything open: every wire that is no input follows from the inputs, every input
//! that must be a bit is held to be one, and no row can be missing without a notice.
use std::collections::BTreeSet;
use std::iter::repeat_n;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use federity_circuits::r1cs::{System, Wire, ONE, PUBLIC};
use federity_circuits::relations::update::{self, Layout, OFFSET_BITS};
use federity_circuits::relations::update_witness::Private;

struct Row {
    group: &'static str,
    /// A, B and C: the row says `A B = C`.
    sides: [Vec<(Wire, Fr)>; 3],
}

impl Row {
    fn side(&self, index: usize, wires: &[Fr]) -> Fr {
        let terms = self.sides[index].iter();
        terms
            .map(|(wire, factor)| wires[*wire as usize] * factor)
            .sum()
    }

    fn holds(&self, wires: &[Fr]) -> bool {
        self.side(0, wires) * self.side(1, wires) == self.side(2, wires)
    }

    /// The wires it speaks about, the constant apart.
    fn wires(&self) -> BTreeSet<Wire> {
        let terms = self.sides.iter().flatten();
        terms
            .map(|(wire, _)| *wire)
            .filter(|wire| *wire != ONE)
            .collect()
    }

    /// The one wire that is not known, and the side it is on, if the row gives it a value for whatever the others are.
    fn gives(&self, known: &[bool]) -> Option<(Wire, usize)> {
        let mut found = None;
        for (side, terms) in self.sides.iter().enumerate() {
            for (wire, _) in terms.iter().filter(|(wire, _)| !known[*wire as usize]) {
                if *found.get_or_insert((*wire, side)) != (*wire, side) {
                    return None;
                }
            }
        }
        let (wire, side) = found?;
        // A factor can be divided by only where it is a constant.
        let constant = side == 2 || self.sides[1 - side].iter().all(|(wire, _)| *wire == ONE);
        constant.then_some((wire, side))
    }

    /// The value of that wire.
    fn solve(&self, wire: Wire, side: usize, wires: &[Fr]) -> Fr {
        let own = |(at, factor): &(Wire, Fr)| if *at == wire { *factor } else { Fr::ZERO };
        let factor: Fr = self.sides[side].iter().map(own).sum();
        let rest = self.side(side, wires) - factor * wires[wire as usize];
        let whole = if side == 2 {
            self.side(0, wires) * self.side(1, wires)
        } else {
            self.side(2, wires) * self.side(1 - side, wires).inverse().expect("a constant")
        };
        (whole - rest) * factor.inverse().expect("a wire that is there")
    }
}

/// A relation, and a true witness of it.
struct Relation {
    rows: Vec<Row>,
    /// What the others follow from.
    inputs: Vec<Wire>,
    /// Those inputs that are bits.
    bits: Vec<Wire>,
    /// A bit, and an input that must be zero without it.
    gates: Vec<(Wire, Wire)>,
    good: Vec<Fr>,
    system: System,
}

fn update_relation(n: u32) -> Relation {
    let system = update::system(n).unwrap();
    let layout = Layout::new(n).unwrap();
    let bits: Vec<Wire> = (layout.bits..layout.squares)
        .chain(layout.offset..layout.offset + OFFSET_BITS)
        .chain([layout.sealed])
        .collect();
    let blinds = [layout.r0, layout.r1];
    let others = [ONE, layout.context, layout.rho];
    let elements: Vec<i8> = (0..n).map(|i| (i * 83 % 256) as u8 as i8).collect();
    let private = Private::new(n, &elements, [Fr::from(8u64), Fr::from(9u64)]).unwrap();
    let witness = private.complete(77, true, &[1; 32], Fr::from(11u64));
    Relation {
        rows: rows(&system),
        inputs: bits.iter().copied().chain(blinds).chain(others).collect(),
        gates: blinds.map(|blind| (layout.sealed, blind)).to_vec(),
        bits,
        good: witness.unwrap().wires,
        system,
    }
}

fn rows(system: &System) -> Vec<Row> {
    let groups = system.group_sizes().into_iter();
    let names = groups.flat_map(|(name, count)| repeat_n(name, count));
    let found: Vec<Row> = names
        .enumerate()
        .map(|(row, group)| Row {
            group,
            sides: [&system.a, &system.b, &system.c].map(|matrix| {
                let terms = matrix.row(row).iter();
                terms
                    .map(|(wire, index)| (*wire, system.coefficients[*index as usize]))
                    .collect()
            }),
        })
        .collect();
    assert_eq!(found.len(), system.constraints());
    found
}

/// Rows in the order in which each gives one more wire, with that wire and its side; `known` grows by them.
fn follow(rows: &[&Row], known: &mut [bool]) -> Vec<(usize, Wire, usize)> {
    let mut steps = Vec::new();
    let mut waiting: Vec<usize> = (0..rows.len()).collect();
    loop {
        let before = steps.len();
        waiting.retain(|index| match rows[*index].gives(known) {
            Some((wire, side)) => {
                known[wire as usize] = true;
                steps.push((*index, wire, side));
                false
            }
            None => true,
        });
        if steps.len() == before {
            return steps;
        }
    }
}

impl Relation {
    fn known(&self) -> Vec<bool> {
        let mut known = vec![false; self.good.len()];
        for wire in &self.inputs {
            known[*wire as usize] = true;
        }
        known
    }

    /// What `rows` leave open, in words.
    fn open(&self, rows: &[&Row]) -> Option<String> {
        let mut known = self.known();
        let steps = follow(rows, &mut known);
        if let Some(wire) = known.iter().position(|known| !known) {
            return Some(format!("wire {wire} follows from nothing"));
        }
        let used: BTreeSet<usize> = steps.iter().map(|step| step.0).collect();
        let spare: Vec<&Row> = (0..rows.len())
            .filter(|index| !used.contains(index))
            .map(|index| rows[index])
            .collect();
        let with = |values: &[(Wire, u64)]| {
            let mut wires = self.good.clone();
            for (wire, value) in values {
                wires[*wire as usize] = Fr::from(*value);
            }
            wires
        };
        // Held by a row that speaks about nothing else: `fits` are the values it takes, `breaks` one it does not.
        let held = |about: &[Wire], fits: &[Vec<(Wire, u64)>], breaks: &[(Wire, u64)]| {
            let about: BTreeSet<Wire> = about.iter().copied().collect();
            spare.iter().any(|row| {
                row.wires() == about
                    && fits.iter().all(|values| row.holds(&with(values)))
                    && !row.holds(&with(breaks))
            })
        };
        for bit in &self.bits {
            if !held(&[*bit], &[vec![(*bit, 0)], vec![(*bit, 1)]], &[(*bit, 2)]) {
                return Some(format!("wire {bit} need not be a bit"));
            }
        }
        for (bit, gated) in &self.gates {
            let fits = [vec![(*bit, 1), (*gated, 5)], vec![(*bit, 0), (*gated, 0)]];
            if !held(&[*bit, *gated], &fits, &[(*bit, 0), (*gated, 5)]) {
                return Some(format!("wire {gated} need not be zero"));
            }
        }
        let named = self.bits.len() + self.gates.len();
        (spare.len() != named).then(|| format!("{} rows say nothing", spare.len() - named))
    }

    fn without(&self, group: &str) -> Vec<&Row> {
        let rows = self.rows.iter();
        rows.filter(|row| row.group != group).collect()
    }

    /// A false witness that only `group` speaks against: the first wire that is free without it, or a bit that it holds,
    /// has another value, and all that follows is computed from that.
    fn forged(&self, group: &str) -> Vec<Fr> {
        let kept = self.without(group);
        let (mut wires, mut known) = (self.good.clone(), self.known());
        let apply = |wires: &mut [Fr], known: &mut [bool]| {
            for (row, wire, side) in follow(&kept, known) {
                wires[wire as usize] = kept[row].solve(wire, side, wires);
            }
        };
        let mut probe = known.clone();
        follow(&kept, &mut probe);
        if probe.iter().all(|known| *known) {
            let held = self.rows.iter().find(|row| row.group == group).unwrap();
            let bit = *held.wires().first().unwrap();
            assert!(self.bits.contains(&bit), "{group}");
            wires[bit as usize] = Fr::from(2u64);
        }
        apply(&mut wires, &mut known);
        let mut changed = false;
        // What is public comes of the others: it is changed itself only where nothing else is free.
        let last = PUBLIC as usize;
        let order = (last + 1..wires.len()).chain([last]);
        while let Some(free) = order.clone().find(|wire| !known[*wire]) {
            if !changed {
                wires[free] += Fr::ONE;
                changed = true;
            }
            known[free] = true;
            apply(&mut wires, &mut known);
        }
        wires
    }
}

#[test]
fn every_wire_follows_from_the_inputs() {
    for n in [8, 64, 512] {
        let relation = update_relation(n);
        let all: Vec<&Row> = relation.rows.iter().collect();
        assert_eq!(relation.open(&all), None, "n = {n}");
    }
}

#[test]
fn no_row_can_be_missing() {
    let relation = update_relation(8);
    for missing in 0..relation.rows.len() {
        let rows = relation.rows.iter().enumerate();
        let kept: Vec<&Row> = rows
            .filter(|(index, _)| *index != missing)
            .map(|(_, row)| row)
            .collect();
        let group = relation.rows[missing].group;
        assert!(relation.open(&kept).is_some(), "row {missing}, {group}");
    }
}

/// Without any one group a false witness passes, and with it the same witness is refused in its name.
#[test]
fn each_group_refuses_what_no_other_does() {
    let relation = update_relation(64);
    let groups: Vec<_> = relation.system.group_sizes();
    assert_eq!(groups.len(), 11);
    for (group, _) in groups {
        let wires = relation.forged(group);
        assert_ne!(wires, relation.good, "{group}");
        let kept = relation.without(group);
        assert!(kept.iter().all(|row| row.holds(&wires)), "{group}");
        let values = relation.system.evaluate(&wires, relation.rows.len());
        assert_eq!(relation.system.violation(&values), Some(group));
    }
}
