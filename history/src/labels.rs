//! What the making of a head is called.

use alloc::vec::Vec;

use num_bigint::BigInt;

use crate::{sums::Taken, History, Of, Sum, Term};

/// In git's words, as far as git has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Of what sides did that the head lacks, all or a share.
    Merge,
    /// Heads at any factors, and what they have in common at what is lacking of one.
    Average,
    /// The head and a change that came after another head, or an update.
    Pick,
    /// The head less such a change.
    Revert,
    /// What the head contains already.
    Restore,
    /// What contains the head.
    FastForward,
    /// Some other head.
    Reset,
    /// Any other sum.
    Combination,
}

impl Label {
    pub fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Average => "average",
            Self::Pick => "pick",
            Self::Revert => "revert",
            Self::Restore => "restore",
            Self::FastForward => "fast-forward",
            Self::Reset => "reset",
            Self::Combination => "combination",
        }
    }
}

impl History {
    /// The heads that an operation on `parent` takes in, and what it is called.
    pub(crate) fn operation(&self, parent: usize, m: u8, terms: &[Term]) -> (Vec<usize>, Label) {
        let one = BigInt::from(1 << m);
        let heads = terms.iter().filter_map(|term| match term.of {
            Of::Head(head) => Some((head, BigInt::from(term.factor))),
            Of::Update(_) => None,
        });
        let factors: Sum = heads.collect();
        if factors.len() != terms.len() {
            return (Vec::new(), self.with_updates(parent, &one, &factors, terms));
        }
        match self.taken_in(parent, &one, &factors) {
            Taken::Alone(head) => ([head].to_vec(), self.going_to(parent, head)),
            Taken::Merged(sides) => (sides, Label::Merge),
            Taken::Joined(sides) => (sides, Label::Average),
            Taken::Nothing => (Vec::new(), self.changing(parent, &one, factors)),
        }
    }

    fn going_to(&self, parent: usize, head: usize) -> Label {
        if self.read[parent].past.has(head) {
            Label::Restore
        } else if self.read[head].past.has(parent) {
            Label::FastForward
        } else {
            Label::Reset
        }
    }

    /// The head as it is, and one update.
    fn with_updates(&self, parent: usize, one: &BigInt, heads: &Sum, terms: &[Term]) -> Label {
        let kept = match heads.first_key_value() {
            Some((head, factor)) => *head == parent && factor == one,
            // Of the zero vector nothing is to be named.
            None => self.is_zero(parent),
        };
        let mut updates = terms.iter().filter(|term| matches!(term.of, Of::Update(_)));
        match (updates.next(), updates.next()) {
            (Some(term), None) if kept && heads.len() < 2 => {
                if term.factor > 0 {
                    Label::Pick
                } else {
                    Label::Revert
                }
            }
            _ => Label::Combination,
        }
    }

    /// The head as it is, and the difference of two heads of which one contains the other.
    fn changing(&self, parent: usize, one: &BigInt, mut factors: Sum) -> Label {
        if !self.is_zero(parent) {
            *factors.entry(parent).or_default() -= one;
        }
        factors.retain(|_, factor| *factor != BigInt::ZERO);
        let mut rest = factors.into_iter();
        let (Some(first), Some(second), None) = (rest.next(), rest.next(), rest.next()) else {
            return Label::Combination;
        };
        if first.1 != -&second.1 {
            return Label::Combination;
        }
        let (added, taken) = if first.1 > BigInt::ZERO {
            (first.0, second.0)
        } else {
            (second.0, first.0)
        };
        if self.read[added].past.has(taken) {
            Label::Pick
        } else if self.read[taken].past.has(added) {
            Label::Revert
        } else {
            Label::Combination
        }
    }
}
