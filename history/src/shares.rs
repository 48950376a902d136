//! How much of each change a head holds, whatever way it came there.

use alloc::collections::BTreeMap;

use num_bigint::BigInt;

use crate::{History, Made, Of};

/// `over / 2^bits`, exactly.
#[derive(Clone, Debug, Default)]
pub struct Share {
    pub over: BigInt,
    pub bits: u32,
}

const WEIGHT_BITS: u32 = 16;

impl Share {
    fn times(&self, factor: i64, bits: u32) -> Self {
        Self {
            over: &self.over * factor,
            bits: self.bits + bits,
        }
    }

    fn plus(&mut self, other: Self) {
        let bits = self.bits.max(other.bits);
        let shifted = |share: &Self| &share.over << (bits - share.bits);
        self.over = shifted(self) + shifted(&other);
        self.bits = bits;
    }
}

impl History {
    /// Of each merge, for all that its round brought, and of each update that operations named, the share that a head is
    /// made of; what it holds none of is left out. None where there is no such head.
    pub fn holds(&self, head: usize) -> Option<BTreeMap<Of, Share>> {
        self.made.get(head)?;
        let (mut found, mut shares) = (
            BTreeMap::<Of, Share>::new(),
            BTreeMap::<usize, Share>::new(),
        );
        shares.entry(head).or_default().over = 1.into();
        // Whatever is below has a lower number, so each comes up once, with all of its share.
        while let Some((at, whole)) = shares.pop_last() {
            match &self.made[at] {
                Made::Genesis => {}
                Made::Merge { parent } => {
                    found.entry(Of::Head(at)).or_default().plus(whole.clone());
                    shares.entry(*parent).or_default().plus(whole);
                }
                Made::Operation { m, terms, .. } => {
                    for term in terms {
                        let (into, bits) = match term.of {
                            Of::Head(below) => (shares.entry(below).or_default(), u32::from(*m)),
                            Of::Update(_) => (found.entry(term.of).or_default(), WEIGHT_BITS),
                        };
                        into.plus(whole.times(term.factor, bits));
                    }
                }
            }
        }
        found.retain(|_, share| share.over != BigInt::ZERO);
        Some(found)
    }
}
