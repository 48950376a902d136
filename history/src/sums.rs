//! The sums that bring heads together, and which of them a sum is.

use alloc::{collections::BTreeMap, vec::Vec};

use num_bigint::BigInt;

use crate::{History, Set, Sum};

/// What a sum of heads takes in whole, and as what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// One commit alone, as it is.
    Alone(usize),
    /// The head with a share of what each side did that it lacks.
    Merged(Vec<usize>),
    /// Heads at their factors, and what they have in common at what is lacking of one.
    Joined(Vec<usize>),
    /// Nothing: a later merge would lose or double work.
    Nothing,
}

impl History {
    /// What a sum over `one` takes into the head `parent`.
    pub(crate) fn taken_in(&self, parent: usize, one: &BigInt, factors: &Sum) -> Taken {
        if let (1, Some((head, factor))) = (factors.len(), factors.first_key_value()) {
            if factor == one {
                return Taken::Alone(*head);
            }
        }
        let known = &self.read[parent].past;
        let mut added = Set::default();
        for (head, factor) in factors {
            if *head != parent && *factor > BigInt::ZERO {
                added.join(&self.read[*head].past);
            }
        }
        // The newest of what is added are terms: what another term contains is not newest.
        let sides = self.newest(added.without(known));
        let shares: Option<Vec<_>> = sides
            .iter()
            .map(|side| Some((*side, factors.get(side)?.clone())))
            .collect();
        let Some(shares) = shares.filter(|shares| !shares.is_empty()) else {
            return Taken::Nothing;
        };
        let wanted = self.adding(factors);
        let is = |made: Option<Sum>| made.is_some_and(|made| self.adding(&made) == wanted);
        if is(self.taking(parent, one, &shares)) {
            return Taken::Merged(sides);
        }
        let own = factors.get(&parent).cloned().unwrap_or_default();
        let together = shares.into_iter().chain([(parent, own)]).collect();
        if is(self.joining(one, together)) {
            return Taken::Joined(sides);
        }
        Taken::Nothing
    }

    /// The head with a share of what each side did that it lacks; what sides have in common counts once. None when
    /// they have work in common that the head lacks, and are to bring different shares of it.
    fn taking(&self, head: usize, one: &BigInt, shares: &[(usize, BigInt)]) -> Option<Sum> {
        let known = &self.read[head].past;
        let share = &shares.first()?.1;
        let different = shares.iter().any(|(_, other)| other != share);
        let (mut new, mut found) = (Set::default(), Sum::from([(head, one.clone())]));
        for (side, share) in shares {
            let past = &self.read[*side].past;
            if different {
                if !new.both(past).is_empty() {
                    return None;
                }
                add(&mut found, &Sum::from([(*side, BigInt::from(1))]), share);
                add(&mut found, &self.sum(known.both(past)), &-share);
            }
            new.join(&past.without(known));
        }
        if !different {
            add(&mut found, &Sum::from([(head, BigInt::from(1))]), &-share);
            new.join(known);
            add(&mut found, &self.sum(new), share);
        }
        Some(found)
    }

    /// Heads at their factors, and of what all of them have in common what is lacking of one.
    fn joining(&self, one: &BigInt, mut factors: Sum) -> Option<Sum> {
        let mut pasts = factors.keys().map(|head| &self.read[*head].past);
        let mut common = pasts.next()?.clone();
        for past in pasts {
            common = common.both(past);
        }
        if common.is_empty() {
            return None;
        }
        let lacking = one - factors.values().sum::<BigInt>();
        add(&mut factors, &self.sum(common), &lacking);
        Some(factors)
    }

    /// What the heads of a set changed, each change once, as a sum of heads; with a head the set holds all that this one
    /// contains.
    ///
    /// There is one such sum: a head changed what it is more than what it stands on, so each counts, from the newest on,
    /// what those before it lack of one (Moebius inversion over the order of containment).
    fn sum(&self, among: Set) -> Sum {
        let mut found = Sum::new();
        let mut counted = BTreeMap::from([(BigInt::ZERO, among)]);
        loop {
            let wrong = counted
                .iter()
                .filter(|(times, _)| **times != BigInt::from(1));
            let newest = wrong.filter_map(|(times, heads)| Some((heads.last()?, times)));
            let Some((at, times)) = newest.max_by_key(|(at, _)| *at) else {
                return found;
            };
            let lacks = BigInt::from(1) - times;
            let own = &self.read[at].past;
            let mut moved: BTreeMap<BigInt, Set> = BTreeMap::new();
            for (times, heads) in &counted {
                moved
                    .entry(times.clone())
                    .or_default()
                    .join(&heads.without(own));
                moved
                    .entry(times + &lacks)
                    .or_default()
                    .join(&heads.both(own));
            }
            found.insert(at, lacks);
            counted = moved;
        }
    }

    /// The heads of a set that no other head of it contains, the newest first.
    fn newest(&self, mut among: Set) -> Vec<usize> {
        let mut found = Vec::new();
        while let Some(head) = among.last() {
            found.push(head);
            among = among.without(&self.read[head].past);
        }
        found
    }

    /// The factors without those that are 0, and without geneses, which add nothing.
    fn adding(&self, factors: &Sum) -> Sum {
        let added = factors
            .iter()
            .filter(|(head, factor)| **factor != BigInt::ZERO && !self.is_zero(**head));
        added
            .map(|(head, factor)| (*head, factor.clone()))
            .collect()
    }
}

fn add(into: &mut Sum, factors: &Sum, share: &BigInt) {
    for (head, factor) in factors {
        *into.entry(*head).or_default() += factor * share;
    }
}
