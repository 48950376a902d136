//! A history read off its sums: the chain keeps what each head is made of, and no words for it.
//!
//! Which sides a head took in, how much of each change it holds and what its making is called are functions of that
//! alone (docs/protocol.md section 9). Heads and updates are numbers; a head's is higher than those of all that it is
//! made of. Nothing here knows accounts, and no sum is cut: whatever strangers add up is read to the last bit.
#![no_std]

extern crate alloc;

use alloc::{collections::BTreeMap, vec::Vec};
use core::fmt;

use num_bigint::BigInt;

mod labels;
mod set;
mod shares;
mod sums;

pub use {labels::Label, set::Set, shares::Share};

/// How a head was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// The zero vector.
    Genesis,
    /// By a round, on top of a head.
    Merge { parent: usize },
    /// The terms are summed up over `2^m`; an update's factor is Q16.
    Operation {
        parent: usize,
        m: u8,
        terms: Vec<Term>,
    },
}

/// A summand; below 0 it is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub of: Of,
    pub factor: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    Head(usize),
    Update(usize),
}

/// What is no history, and the head that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is made of one that does not come before it.
    Order(usize),
    /// Two of its terms are one commit's.
    Doubled(usize),
    /// Its sum is over more than `2^8`.
    Over(usize),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(head) => {
                write!(f, "head {head} is made of one that does not come before it")
            }
            Self::Doubled(head) => write!(f, "head {head} names a commit twice"),
            Self::Over(head) => write!(f, "head {head} is a sum over more than 2^8"),
        }
    }
}

/// A head as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Read {
    /// The heads whose changes it contains, itself among them.
    past: Set,
    /// What it took in whole and its parent did not contain, the newest first.
    sides: Vec<usize>,
    label: Option<Label>,
}

/// Factors of heads, over a power of two that goes with them.
type Sum = BTreeMap<usize, BigInt>;

/// Heads by number, read.
#[derive(Clone, Debug, Default)]
pub struct History {
    made: Vec<Made>,
    read: Vec<Read>,
}

impl History {
    /// Reads heads, each after all that it is made of.
    pub fn new(made: Vec<Made>) -> Result<Self, Error> {
        let mut found = Self::default();
        for one in made {
            found.check(&one)?;
            let read = found.reading(&one);
            found.made.push(one);
            found.read.push(read);
        }
        Ok(found)
    }

    pub fn len(&self) -> usize {
        self.made.len()
    }

    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// The heads whose changes a head contains, itself among them.
    pub fn past(&self, head: usize) -> Option<&Set> {
        self.read.get(head).map(|read| &read.past)
    }

    /// The heads that it took in whole and its parent did not contain, the newest first.
    pub fn sides(&self, head: usize) -> Option<&[usize]> {
        self.read.get(head).map(|read| &read.sides[..])
    }

    /// What the operation that made it is called; none made a genesis or a round's merge.
    pub fn label(&self, head: usize) -> Option<Label> {
        self.read.get(head)?.label
    }

    fn check(&self, made: &Made) -> Result<(), Error> {
        let next = self.made.len();
        let before = |head: usize| head < next;
        let (parent, m, terms) = match made {
            Made::Genesis => return Ok(()),
            Made::Merge { parent } => (parent, 0, &[][..]),
            Made::Operation { parent, m, terms } => (parent, *m, &terms[..]),
        };
        let known = terms.iter().all(|term| match term.of {
            Of::Head(head) => before(head),
            Of::Update(_) => true,
        });
        let names: BTreeMap<Of, ()> = terms.iter().map(|term| (term.of, ())).collect();
        if !before(*parent) || !known {
            Err(Error::Order(next))
        } else if names.len() != terms.len() {
            Err(Error::Doubled(next))
        } else if m > 8 {
            Err(Error::Over(next))
        } else {
            Ok(())
        }
    }

    fn reading(&self, made: &Made) -> Read {
        let mut past = Set::of(self.made.len());
        let (sides, label) = match made {
            Made::Genesis => (Vec::new(), None),
            Made::Merge { parent } => {
                past.join(&self.read[*parent].past);
                (Vec::new(), None)
            }
            Made::Operation { parent, m, terms } => {
                let (taken, label) = self.operation(*parent, *m, terms);
                let known = &self.read[*parent].past;
                past.join(known);
                for side in &taken {
                    past.join(&self.read[*side].past);
                }
                let new = taken.into_iter().filter(|side| !known.has(*side));
                (new.collect(), Some(label))
            }
        };
        Read { past, sides, label }
    }

    fn is_zero(&self, head: usize) -> bool {
        self.made[head] == Made::Genesis
    }
}
