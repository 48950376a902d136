//! Sets of heads, a bit each.

use alloc::{vec, vec::Vec};

/// A set of heads by number.
#[derive(Clone, Debug, Default)]
pub struct Set(Vec<u64>);

const WORD: usize = u64::BITS as usize;

impl Set {
    /// One head.
    pub fn of(head: usize) -> Self {
        let mut words = vec![0; head / WORD + 1];
        words[head / WORD] = 1 << (head % WORD);
        Self(words)
    }

    /// The bits, 64 a word, the lowest numbers first.
    pub fn words(&self) -> &[u64] {
        &self.0
    }

    pub fn has(&self, head: usize) -> bool {
        let word = self.0.get(head / WORD).copied().unwrap_or(0);
        word >> (head % WORD) & 1 == 1
    }

    /// The highest number.
    pub fn last(&self) -> Option<usize> {
        let at = self.0.iter().rposition(|word| *word != 0)?;
        let word = self.0[at];
        Some(at * WORD + WORD - 1 - word.leading_zeros() as usize)
    }

    pub fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    pub fn both(&self, other: &Self) -> Self {
        let words = self.0.iter().zip(&other.0);
        Self(words.map(|(mine, theirs)| mine & theirs).collect())
    }

    pub fn without(&self, other: &Self) -> Self {
        let theirs = other.0.iter().copied().chain(core::iter::repeat(0));
        Self(
            self.0
                .iter()
                .zip(theirs)
                .map(|(mine, theirs)| mine & !theirs)
                .collect(),
        )
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// Two sets are one if the same heads are in them, however many words they take.
impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        let short = self.0.len().min(other.0.len());
        let rest = self.0[short..].iter().chain(&other.0[short..]);
        self.0[..short] == other.0[..short] && rest.into_iter().all(|word| *word == 0)
    }
}

impl Eq for Set {}
