//! One event per state change, emitted by the program to itself. Together with the accounts they carry the whole
//! history: no reader needs logs.

use anchor_lang::prelude::*;

use crate::state::{operation::TermArgs, BlobLocation, Rules};

#[event]
pub struct RepositoryCreated {
    pub repository: Address,
    pub creator: Address,
    pub name: [u8; 32],
    pub flags: u32,
    pub cluster: [u8; 32],
    pub srs_id: [u8; 32],
    pub slot: u64,
}

#[event]
pub struct MemberAdded {
    pub repository: Address,
    pub wallet: Address,
    pub role: u8,
    pub by: Address,
    pub slot: u64,
}

#[event]
pub struct MemberChanged {
    pub repository: Address,
    pub wallet: Address,
    /// What it was good for until now.
    pub before: u8,
    pub role: u8,
    pub by: Address,
    pub slot: u64,
}

#[event]
pub struct MemberRemoved {
    pub repository: Address,
    pub wallet: Address,
    pub role: u8,
    pub by: Address,
}

#[event]
pub struct MemberDelegated {
    pub repository: Address,
    pub wallet: Address,
    /// Zero: the delegate was withdrawn.
    pub delegate: Address,
    /// The most that it may do.
    pub role: u8,
    /// Last slot in which it may act; zero: until it is withdrawn.
    pub expires: u64,
}

#[event]
pub struct RepositoryOffered {
    pub repository: Address,
    /// Zero: the offer was taken back.
    pub to: Address,
    pub expires: u64,
    pub slot: u64,
}

#[event]
pub struct RepositoryAccepted {
    pub repository: Address,
    pub from: Address,
    pub owner: Address,
    pub epoch: u32,
    pub slot: u64,
}

#[event]
pub struct RepositoryArchived {
    pub repository: Address,
    /// False: it is in use again.
    pub archived: bool,
    pub slot: u64,
}

#[event]
pub struct GenesisCreated {
    pub repository: Address,
    pub branch: Address,
    pub commit: Address,
    pub name: [u8; 32],
    pub creator: Address,
    /// The commit that the base was made from; zero: none.
    pub ancestor: Address,
    pub lineage: [u8; 32],
    pub manifest_hash: [u8; 32],
    pub base_hash: [u8; 32],
    pub location: BlobLocation,
    pub chunks: u32,
    pub rules: Rules,
    pub slot: u64,
}

#[event]
pub struct BranchCreated {
    pub repository: Address,
    pub branch: Address,
    pub name: [u8; 32],
    pub creator: Address,
    pub lineage: [u8; 32],
    /// The commit it starts at.
    pub fork_point: Address,
    pub rules: Rules,
    pub slot: u64,
}

#[event]
pub struct BranchProtected {
    pub branch: Address,
    pub by: Address,
    pub rules: Rules,
}

#[event]
pub struct RoundOpened {
    pub round: Address,
    pub branch: Address,
    pub index: u64,
    pub kind: u8,
    pub opener: Address,
    pub rules: Rules,
    pub slot: u64,
}

#[event]
pub struct CommitCreated {
    pub commit: Address,
    pub repository: Address,
    pub branch: Address,
    pub round: Address,
    pub parent: Address,
    pub author: Address,
    pub kind: u8,
    pub shift: u8,
    pub flags: u8,
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
    pub key: Address,
    pub parts: u32,
    pub samples: u32,
    pub loss: i32,
    pub accuracy: i32,
    pub epsilon: u32,
    pub slot: u64,
}

#[event]
pub struct PointsCreated {
    pub commit: Address,
    pub chunk: u32,
    pub points: Address,
}

#[event]
pub struct PointsClosed {
    pub commit: Address,
    pub chunk: u32,
}

#[event]
pub struct CommitDeclared {
    pub commit: Address,
    pub chunk: u32,
    pub point: [u8; 64],
    pub parts_done: u32,
    pub parts: u32,
}

#[event]
pub struct CommitClosed {
    pub commit: Address,
    pub round: Address,
    pub author: Address,
}

#[event]
pub struct ReviewCreated {
    pub commit: Address,
    pub reviewer: Address,
    pub verdict: u8,
    pub note_hash: [u8; 32],
    /// Standing verdicts on the commit after this one.
    pub approvals: u32,
    pub rejects: u32,
    pub slot: u64,
}

#[event]
pub struct ReviewVoided {
    pub commit: Address,
    /// Whose veto no longer stands.
    pub reviewer: Address,
    pub by: Address,
    /// Standing verdicts on the commit after this one.
    pub approvals: u32,
    pub rejects: u32,
    pub slot: u64,
}

#[event]
pub struct CommitAccepted {
    pub round: Address,
    pub commit: Address,
    pub index: u32,
    pub samples: u32,
    pub set_hash: [u8; 32],
}

#[event]
pub struct RoundLocked {
    pub round: Address,
    pub branch: Address,
    pub head: Address,
    pub head_seq: u64,
    pub accepted: u32,
    pub set_hash: [u8; 32],
    /// The one commit of a solo or server round, accepted with the lock; zero in an open round.
    pub commit: Address,
    pub attempt: u64,
}

#[event]
pub struct WeightsWritten {
    pub round: Address,
    pub attempt: u64,
    /// Index of the first weight.
    pub first: u32,
    pub weights: Vec<u32>,
    pub weights_hash: [u8; 32],
}

#[event]
pub struct MergeApproved {
    pub round: Address,
    pub approver: Address,
    pub set_hash: [u8; 32],
    pub weights_hash: [u8; 32],
    pub attempt: u64,
    pub approvals: u32,
}

#[event]
pub struct MergeBegun {
    pub round: Address,
    pub merge: Address,
    pub parent: Address,
    pub author: Address,
    pub attempt: u64,
    pub slot: u64,
}

#[event]
pub struct MergeExtended {
    pub merge: Address,
    pub chunk: u32,
    pub points: Address,
}

#[event]
pub struct MergeAdded {
    pub round: Address,
    pub merge: Address,
    pub chunk: u32,
    /// Commits added to this chunk so far.
    pub added: u32,
    pub point: [u8; 64],
}

#[event]
pub struct HeadMoved {
    pub branch: Address,
    /// The round or operation that moved it.
    pub round: Address,
    pub from: Address,
    pub head: Address,
    pub head_seq: u64,
    pub level: u8,
    pub bound: u64,
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
    pub slot: u64,
}

/// A term of an operation with its commit.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct NamedTerm {
    pub commit: Address,
    pub term: TermArgs,
}

#[event]
pub struct OperationCreated {
    pub operation: Address,
    pub branch: Address,
    pub head: Address,
    pub author: Address,
    pub result: Address,
    pub m: u8,
    pub terms: Vec<NamedTerm>,
    pub note_hash: [u8; 32],
    pub slot: u64,
}

#[event]
pub struct OperationApproved {
    pub operation: Address,
    pub approver: Address,
    pub slot: u64,
}

#[event]
pub struct OperationExtended {
    pub operation: Address,
    pub result: Address,
    pub chunk: u32,
    pub points: Address,
}

#[event]
pub struct OperationAdded {
    pub operation: Address,
    pub chunk: u32,
    /// Operands in this chunk so far.
    pub added: u32,
    pub point: [u8; 64],
}

#[event]
pub struct OperationClosed {
    pub operation: Address,
    pub branch: Address,
    pub author: Address,
}

#[event]
pub struct LocationCreated {
    pub commit: Address,
    pub poster: Address,
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
}

#[event]
pub struct RemarkCreated {
    /// The operation or commit.
    pub subject: Address,
    pub author: Address,
    pub verdict: u8,
    pub note_hash: [u8; 32],
    pub slot: u64,
}

#[event]
pub struct RecordClosed {
    /// The review, location, approval or remark that is gone.
    pub record: Address,
    /// The commit, round or operation that it was about.
    pub subject: Address,
}

#[event]
pub struct RoundClosed {
    pub round: Address,
    pub branch: Address,
    pub index: u64,
}

#[event]
pub struct RoundCancelled {
    pub round: Address,
    pub branch: Address,
    pub by: Address,
    pub accepted: u32,
    pub slot: u64,
}

#[event]
pub struct RoundExpired {
    pub round: Address,
    pub branch: Address,
    pub accepted: u32,
    pub slot: u64,
}

#[event]
pub struct KeyCreated {
    pub key: Address,
    pub hash: [u8; 32],
    pub payer: Address,
}

#[event]
pub struct KeyPinned {
    pub repository: Address,
    pub key: Address,
    pub relation: u8,
    pub width: u8,
    /// Elements of a unit.
    pub n: u32,
    pub by: Address,
}

#[event]
pub struct UnitProved {
    pub commit: Address,
    pub unit: u32,
    /// Commitment to the unit's private values, for relations that refer to them.
    pub p: [u8; 32],
    /// Norm of all units proved so far, scaled to shift 8.
    pub norm: u64,
    pub parts_done: u32,
    pub parts: u32,
}

#[event]
pub struct KeyRepealed {
    pub repository: Address,
    pub key: Address,
    pub by: Address,
}

#[event]
pub struct RepositoryForked {
    pub repository: Address,
    pub ancestor: Address,
    pub creator: Address,
    pub name: [u8; 32],
    pub flags: u32,
    pub slot: u64,
}

#[event]
pub struct TagCreated {
    pub repository: Address,
    pub tag: Address,
    pub name: [u8; 32],
    pub commit: Address,
    pub tagger: Address,
    pub note_hash: [u8; 32],
    pub slot: u64,
}

#[event]
pub struct TagMoved {
    pub tag: Address,
    pub from: Address,
    pub commit: Address,
    pub tagger: Address,
    pub note_hash: [u8; 32],
    /// How often it was moved so far.
    pub moves: u32,
    pub slot: u64,
}

#[event]
pub struct TagClosed {
    pub repository: Address,
    pub tag: Address,
    pub name: [u8; 32],
    pub commit: Address,
    pub by: Address,
}

#[event]
pub struct NftMinted {
    pub mint: Address,
    pub repository: Address,
    /// Zero: it is the repository's own.
    pub commit: Address,
    pub owner: Address,
    /// sha256 of its description.
    pub blob_hash: [u8; 32],
    pub location: BlobLocation,
    pub slot: u64,
}

#[event]
pub struct SaleListed {
    pub repository: Address,
    pub sale: Address,
    /// The branch whose merged updates share the price.
    pub branch: Address,
    pub seller: Address,
    /// Lamports.
    pub price: u64,
    /// Last slot in which it can be bought.
    pub expires: u64,
    pub slot: u64,
}

#[event]
pub struct SaleCancelled {
    pub repository: Address,
    pub sale: Address,
    pub seller: Address,
    pub by: Address,
    pub slot: u64,
}

#[event]
pub struct SaleBought {
    pub repository: Address,
    pub sale: Address,
    pub branch: Address,
    pub seller: Address,
    pub buyer: Address,
    /// Lamports.
    pub price: u64,
    /// Weights that share it, Q16; zero: nobody does, and it is the seller's.
    pub contributed: u64,
    /// What each unit of weight has earned so far, in units of 2^-64 lamports.
    pub dividend: u128,
    pub slot: u64,
}

#[event]
pub struct SaleClaimed {
    pub branch: Address,
    pub commit: Address,
    pub author: Address,
    pub lamports: u64,
    /// The dividend up to which it was paid.
    pub dividend: u128,
}

#[event]
pub struct SaleSwept {
    pub branch: Address,
    pub owner: Address,
    pub lamports: u64,
}
