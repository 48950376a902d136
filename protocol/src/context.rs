//! What a proof of an update is bound to.

use crate::{
    constants::{LINEAGE_DOMAIN, UPDATE_DOMAIN},
    Bytes32, Sha256,
};

/// Bytes of an encoded [`UpdateContext`]: twelve fields of 32 bytes, a shift and a unit index.
pub const UPDATE_CONTEXT_BYTES: usize = 12 * 32 + 1 + 4;

/// Everything a unit's proof is bound to, beside the vector itself. Addresses are account addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateContext<'a> {
    /// The program that verifies.
    pub program_id: &'a Bytes32,
    /// Genesis hash of the cluster as the repository states it.
    pub cluster: &'a Bytes32,
    /// See [`lineage`].
    pub lineage: &'a Bytes32,
    pub repository: &'a Bytes32,
    pub branch: &'a Bytes32,
    /// The round the commit was created in.
    pub round: &'a Bytes32,
    /// The commit it was trained from.
    pub parent: &'a Bytes32,
    pub author: &'a Bytes32,
    pub commit: &'a Bytes32,
    pub blob_hash: &'a Bytes32,
    pub shift: u8,
    /// Index of the unit in the whole vector.
    pub unit: u32,
    /// Address of the verifying key.
    pub key: &'a Bytes32,
}

impl UpdateContext<'_> {
    /// The bytes that are hashed: fixed width, so no two contexts share an encoding.
    pub fn encode(&self) -> [u8; UPDATE_CONTEXT_BYTES] {
        let mut out = [0; UPDATE_CONTEXT_BYTES];
        out[..UPDATE_DOMAIN.len()].copy_from_slice(UPDATE_DOMAIN);
        let fields = [
            self.program_id,
            self.cluster,
            self.lineage,
            self.repository,
            self.branch,
            self.round,
            self.parent,
            self.author,
            self.commit,
            self.blob_hash,
        ];
        for (slot, field) in out[32..].chunks_exact_mut(32).zip(fields) {
            slot.copy_from_slice(field);
        }
        out[352] = self.shift;
        out[353..357].copy_from_slice(&self.unit.to_le_bytes());
        out[357..].copy_from_slice(self.key);
        out
    }

    /// sha256 of the encoding with byte 0 cleared: 248 bits, a canonical field element.
    pub fn hash(&self, sha256: Sha256) -> Bytes32 {
        let mut digest = sha256(&[&self.encode()]);
        digest[0] = 0;
        digest
    }
}

/// The family of heads whose vectors may be added: same manifest, same base, same SRS, same number of chunks.
pub fn lineage(
    manifest_hash: &Bytes32,
    base_hash: &Bytes32,
    srs_id: &Bytes32,
    chunks: u32,
    sha256: Sha256,
) -> Bytes32 {
    sha256(&[
        LINEAGE_DOMAIN,
        manifest_hash,
        base_hash,
        srs_id,
        &chunks.to_le_bytes(),
    ])
}

/// Extends the running hash over the accepted commits of a round; starts at 32 zero bytes.
pub fn extend_set(
    hash: &Bytes32,
    commit: &Bytes32,
    index: u32,
    samples: u32,
    sha256: Sha256,
) -> Bytes32 {
    sha256(&[hash, commit, &index.to_le_bytes(), &samples.to_le_bytes()])
}

/// Extends the running hash over the written weights of a round; starts at 32 zero bytes.
pub fn extend_weights(hash: &Bytes32, index: u32, weight: u32, sha256: Sha256) -> Bytes32 {
    sha256(&[hash, &index.to_le_bytes(), &weight.to_le_bytes()])
}
