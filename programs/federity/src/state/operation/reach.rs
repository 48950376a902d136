//! How large a sum can be, from what is known of its operands without reading a vector.
//!
//! Adding up the bounds of all terms alone triples them with every merge. So a plus and a minus term may be paired: of
//! two heads whose travels are known, the difference counts, which is small where the heads are near.

use federity_protocol::constants::{DELTA_BOUND, TERM_UPDATE, TRAVEL_BITS, UNPAIRED, WEIGHT_BITS};

use super::{Operand, TermArgs};
use crate::state::Wide;

/// One summand: `coefficient` over `2^m` of a head, in Q16 of an update.
#[derive(Clone, Copy)]
struct Summand<'a> {
    operand: Operand<'a>,
    coefficient: i32,
    pair: Option<usize>,
}

/// Bounds of a result: of its values in units of `2^-fraction_bits`, and of how far it is from the head in units of
/// `2^-TRAVEL_BITS`.
pub struct Reach {
    pub bound: Option<u64>,
    pub step: Wide,
}

const MOST: usize = 9;

/// What the terms reach, from `head`.
pub fn reach(
    head: Operand,
    operands: &[Operand],
    terms: &[TermArgs],
    m: u8,
    fraction_bits: u8,
) -> Reach {
    let m = u32::from(m);
    let mut summands: [Option<Summand>; MOST] = [None; MOST];
    for (slot, (operand, term)) in summands.iter_mut().zip(operands.iter().zip(terms)) {
        let factor = term.factor as i32;
        *slot = Some(Summand {
            operand: *operand,
            coefficient: if term.negative {
                factor.wrapping_neg()
            } else {
                factor
            },
            pair: (term.pair != UNPAIRED).then_some(usize::from(term.pair)),
        });
    }
    // A unit of 2^-(TRAVEL_BITS + m) holds all of them without rounding.
    let unit = u32::from(TRAVEL_BITS).wrapping_add(m);
    let bound = total(&summands, m).over(unit.saturating_sub(fraction_bits.into()));
    take_head_off(&mut summands, head, 1i32 << m.min(8), operands.len());
    Reach {
        bound: bound.narrow(),
        step: total(&summands, m).over(m),
    }
}

/// What is left of the sum when the head is where it was.
fn take_head_off<'a>(
    summands: &mut [Option<Summand<'a>>; MOST],
    head: Operand<'a>,
    one: i32,
    count: usize,
) {
    let is_head = |slot: &Option<Summand>| slot.is_some_and(|s| s.operand.address == head.address);
    let at = summands.iter().position(is_head).unwrap_or(count);
    let Some(slot) = summands.get_mut(at) else {
        return;
    };
    let summand = slot.get_or_insert(Summand {
        operand: head,
        coefficient: 0,
        pair: None,
    });
    summand.coefficient = summand.coefficient.wrapping_sub(one);
    let (left, paired) = (summand.coefficient, summand.pair.is_some());
    // What nobody paired with the head, and stands against it, is measured from it.
    let against = |slot: &Option<Summand>| {
        slot.is_some_and(|s| {
            s.pair.is_none() && s.operand.kind() != TERM_UPDATE && opposed(s.coefficient, left)
        })
    };
    if paired {
        return;
    }
    let Some(other) = summands.iter().position(against) else {
        return;
    };
    for (slot, pair) in [(at, other), (other, at)] {
        if let Some(Some(summand)) = summands.get_mut(slot) {
            summand.pair = Some(pair);
        }
    }
}

fn opposed(a: i32, b: i32) -> bool {
    a.signum() != 0 && a.signum() == b.signum().wrapping_neg()
}

/// The sum's magnitude in units of `2^-(TRAVEL_BITS + m)`.
fn total(summands: &[Option<Summand>; MOST], m: u32) -> Wide {
    let mut sum = Wide::ZERO;
    for (index, summand) in summands.iter().enumerate() {
        let Some(summand) = summand else { continue };
        let commit = summand.operand.commit;
        let mut rest = summand.coefficient.unsigned_abs();
        if summand.operand.kind() == TERM_UPDATE {
            let bits = u32::from(TRAVEL_BITS).wrapping_add(m);
            let bits = bits.saturating_sub(WEIGHT_BITS.wrapping_add(commit.shift.into()));
            sum = sum.plus(Wide::of(DELTA_BOUND.into()).times(rest).shifted(bits));
            continue;
        }
        let pair = summand
            .pair
            .and_then(|pair| Some((pair, (*summands.get(pair)?)?)));
        if let Some((pair, other)) =
            pair.filter(|(_, o)| opposed(o.coefficient, summand.coefficient))
        {
            let shared = rest.min(other.coefficient.unsigned_abs());
            if index < pair {
                sum = sum.plus(distance(&summand.operand, &other.operand).times(shared));
            }
            rest = rest.wrapping_sub(shared);
        }
        sum = sum.plus(size(&summand.operand).times(rest));
    }
    sum
}

/// A head's bound in units of `2^-TRAVEL_BITS`.
fn size(operand: &Operand) -> Wide {
    let bits = TRAVEL_BITS.saturating_sub(operand.commit.fraction_bits);
    Wide::of(operand.commit.bound.get()).shifted(bits.into())
}

/// No value of two heads differs by more, in units of `2^-TRAVEL_BITS`.
fn distance(a: &Operand, b: &Operand) -> Wide {
    let (from, to) = (Wide::from(a.commit.travel), Wide::from(b.commit.travel));
    let travelled = if a.commit.branch == b.commit.branch {
        from.apart(to)
    } else if b.address == a.commit.start {
        from
    } else if a.address == b.commit.start {
        to
    } else if a.commit.start == b.commit.start {
        from.plus(to)
    } else {
        Wide::MAX
    };
    travelled.min(size(a).plus(size(b)))
}
