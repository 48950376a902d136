//! Numbers and tags of the protocol. Clients get generated copies; this is their only hand-written home.
//!
//! Every constant is a plain literal or an expression of earlier ones, so that the generator can read this file.

// Integers (docs/protocol.md, section 1).
/// Precision of a manifest: an update at shift 0 counts in steps of `2^-PRECISION` of a tensor's unit.
pub const PRECISION: u32 = 7;
/// Fraction bits `f` of a genesis head.
pub const GENESIS_FRACTION_BITS: u32 = 24;
/// Most fraction bits of a head.
pub const MAX_FRACTION_BITS: u8 = 40;
/// The travel of a head counts in units of `2^-TRAVEL_BITS`: every head's steps are whole numbers of it.
pub const TRAVEL_BITS: u8 = 40;
/// Largest public shift `s` of an update.
pub const MAX_SHIFT: u8 = 8;
/// Largest magnitude a client writes into an 8-bit delta.
pub const DELTA_LIMIT: u32 = 127;
/// Largest magnitude the range check by bits admits; bounds count with it.
pub const DELTA_BOUND: u32 = 128;
/// Bits of the fraction of a merge weight: Q16.
pub const WEIGHT_BITS: u32 = 16;
/// A weight of one.
pub const WEIGHT_ONE: u32 = 1 << 16;
/// Highest price of a sale, in lamports.
pub const MAX_PRICE: u64 = 1 << 47;
/// The accumulator stays strictly below `2^BOUND_BITS` in magnitude.
pub const BOUND_BITS: u32 = 61;
/// `2^BOUND_BITS`: the bound no head may reach, and the range inside which lanes are unique.
pub const BOUND_LIMIT: u64 = 1 << 61;

// Commitments (section 2).
/// Elements that share one coefficient.
pub const LANES: u32 = 4;
/// Bits of a signed lane.
pub const LANE_BITS: u32 = 62;
/// Coefficients of a chunk.
pub const CHUNK_COEFFICIENTS: u32 = 1 << 20;
/// Elements of a chunk.
pub const CHUNK_ELEMENTS: u32 = 1 << 22;
/// Most units of one commit inside one chunk: the width of the program's set of proved parts.
pub const CHUNK_UNITS: u32 = 256;
/// Bytes of a G1 point.
pub const G1_BYTES: usize = 64;
/// Bytes of a G2 point.
pub const G2_BYTES: usize = 128;
/// Bytes of a Groth16 proof: A (G1), B (G2), C (G1).
pub const PROOF_BYTES: usize = 256;
/// Bytes of a verifying key: alpha (G1), beta, gamma, delta (G2), ic0, ic1 (G1).
pub const VERIFYING_KEY_BYTES: usize = 576;
/// The order r of bn254's groups, big-endian: field elements are canonical below it.
pub const SCALAR_MODULUS: [u8; 32] = [
    0x30, 0x64, 0x4e, 0x72, 0xe1, 0x31, 0xa0, 0x29, 0xb8, 0x50, 0x45, 0xb6, 0x81, 0x81, 0x58, 0x5d,
    0x28, 0x33, 0xe8, 0x48, 0x79, 0xb9, 0x70, 0x91, 0x43, 0xe1, 0xf5, 0x93, 0xf0, 0x00, 0x00, 0x01,
];
/// The field modulus q of bn254's coordinates, big-endian.
pub const COORDINATE_MODULUS: [u8; 32] = [
    0x30, 0x64, 0x4e, 0x72, 0xe1, 0x31, 0xa0, 0x29, 0xb8, 0x50, 0x45, 0xb6, 0x81, 0x81, 0x58, 0x5d,
    0x97, 0x81, 0x6a, 0x91, 0x68, 0x71, 0xca, 0x8d, 0x3c, 0x20, 0x8c, 0x16, 0xd8, 0x7c, 0xfd, 0x47,
];

// Domains of sha256 (sections 2 and 3).
/// `[tau]G2` of the perpetual powers of tau ceremony as prepared for phase 2 by Hermez (`powersOfTau28_hez`).
pub const PERPETUAL_TAU_G2: [u8; 128] = [
    0x26, 0x18, 0x6a, 0x2d, 0x65, 0xee, 0x4d, 0x2f, 0x9c, 0x9a, 0x5b, 0x91, 0xf8, 0x65, 0x97, 0xd3,
    0x5f, 0x19, 0x2c, 0xd1, 0x20, 0xca, 0xf7, 0xe9, 0x35, 0xd8, 0x44, 0x3d, 0x19, 0x38, 0xe2, 0x3d,
    0x30, 0x44, 0x1f, 0xd1, 0xb5, 0xd3, 0x37, 0x04, 0x82, 0xc4, 0x21, 0x52, 0xa8, 0x89, 0x90, 0x27,
    0x71, 0x69, 0x89, 0xa6, 0x99, 0x6c, 0x25, 0x35, 0xbc, 0x9f, 0x7f, 0xee, 0x8a, 0xae, 0xf7, 0x9e,
    0x19, 0x70, 0xea, 0x81, 0xdd, 0x69, 0x92, 0xad, 0xfb, 0xc5, 0x71, 0xef, 0xfb, 0x03, 0x50, 0x3a,
    0xdb, 0xbb, 0x6a, 0x85, 0x7f, 0x57, 0x84, 0x03, 0xc6, 0xc4, 0x0e, 0x22, 0xd6, 0x5b, 0x3c, 0x02,
    0x05, 0x47, 0x93, 0x34, 0x8f, 0x12, 0xc0, 0xcf, 0x56, 0x22, 0xc3, 0x40, 0x57, 0x3c, 0xb2, 0x77,
    0x58, 0x63, 0x19, 0xde, 0x35, 0x9a, 0xb9, 0x38, 0x97, 0x78, 0xf6, 0x89, 0x78, 0x6b, 0x1e, 0x48,
];

/// Prefix of an SRS id.
pub const SRS_DOMAIN: &[u8] = b"federity/srs/v1";
/// Prefix of a lineage.
pub const LINEAGE_DOMAIN: &[u8] = b"federity/lineage/v1";
/// Prefix of what an operation is known by.
pub const OPERATION_DOMAIN: &[u8] = b"federity/operation/v1";
/// Domain of an update's context, zero-padded to 32 bytes there.
pub const UPDATE_DOMAIN: &[u8] = b"federity/update/v1";

// Poseidon tags (section 3).
/// Chain over packed elements.
pub const POSEIDON_PACK: u8 = 1;
/// Commitment `p` to a unit's private values.
pub const POSEIDON_PRIVATE: u8 = 2;
/// Challenge `rho`.
pub const POSEIDON_CHALLENGE: u8 = 3;
/// Public input of the `update` relation.
pub const POSEIDON_UPDATE: u8 = 4;
/// Elements that one link of the packing chain takes beside its state.
pub const PACK_BLOCK: u32 = 11;
/// Deltas in one packed field element.
pub const PACK_DELTAS: u32 = 31;

// Relations (section 4).
/// The `update` relation.
pub const RELATION_UPDATE: u8 = 1;
/// Elements of the smallest unit for which keys are made: heads and adapters.
pub const UNIT_SMALL: u32 = 1 << 10;
/// Elements of the middle unit: small networks.
pub const UNIT_MEDIUM: u32 = 1 << 14;
/// Elements of the largest unit.
pub const UNIT_LARGE: u32 = 1 << 16;
/// Bits of a delta that the `update` relation of this version checks.
pub const UPDATE_WIDTH: u8 = 8;

// Names (section 5).
/// Longest name, in bytes; names are zero-padded to it.
pub const NAME_BYTES: usize = 32;
/// Bytes a name may hold.
pub const NAME_ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789._-";
/// Bytes no name begins with, as names become folders (`.`, `..`, `.git`) and words of a command line (`-f`).
pub const NAME_NEVER_FIRST: &[u8] = b".-";

// Repository flags.
/// The repository accepts SRS and keys outside the program's lists, for good.
pub const REPOSITORY_INSECURE: u32 = 1;
/// Nothing new begins in it, until the owner takes that back.
pub const REPOSITORY_ARCHIVED: u32 = 2;

// Roles of a member, in rising order of rights.
/// Reads and is listed.
pub const ROLE_READER: u8 = 1;
/// Makes commits.
pub const ROLE_CONTRIBUTOR: u8 = 2;
/// Opens and locks rounds, writes weights, names results.
pub const ROLE_KEEPER: u8 = 3;
/// Reviews, approves merges, manages branches and lower roles.
pub const ROLE_MAINTAINER: u8 = 4;
/// Everything.
pub const ROLE_OWNER: u8 = 5;

// Assurance levels.
/// Signed only.
pub const LEVEL_SIGNED: u8 = 0;
/// Range and norm proved.
pub const LEVEL_BOUNDED: u8 = 1;
/// Spot-checked training.
pub const LEVEL_CHECKED: u8 = 2;
/// Proved training of a head.
pub const LEVEL_TRAINED: u8 = 3;

// Kinds of a commit.
/// First commit of a branch: the accumulator is zero.
pub const KIND_GENESIS: u8 = 1;
/// A contributor's delta.
pub const KIND_UPDATE: u8 = 2;
/// A weighted sum that the program computed.
pub const KIND_MERGE: u8 = 3;
/// A delta of the keeper's own making, not computed by the chain.
pub const KIND_SERVER: u8 = 4;
/// A sum of commits that an operation named.
pub const KIND_OPERATION: u8 = 5;

// Kinds of a round.
/// Members propose, reviewers judge, a keeper merges.
pub const ROUND_OPEN: u8 = 1;
/// One member's push to an unprotected branch.
pub const ROUND_SOLO: u8 = 2;
/// One commit of kind `server`.
pub const ROUND_SERVER: u8 = 3;

// Weighting rules of a branch.
/// Everyone counts the same.
pub const WEIGHTING_UNIFORM: u8 = 0;
/// By declared samples.
pub const WEIGHTING_SAMPLES: u8 = 1;
/// Written by the keeper.
pub const WEIGHTING_KEEPER: u8 = 2;

// Verdicts of a review.
/// In favour.
pub const VERDICT_APPROVE: u8 = 1;
/// Against: vetoes while it stands.
pub const VERDICT_REJECT: u8 = 2;
/// Neither.
pub const VERDICT_COMMENT: u8 = 3;

// Tags of a blob's location.
/// Nowhere yet.
pub const LOCATION_NONE: u8 = 0;
/// A content-addressed store: the id is the sha256 of the bytes.
pub const LOCATION_LOCAL: u8 = 1;
/// An Arweave transaction.
pub const LOCATION_ARWEAVE: u8 = 2;
/// A data item inside a bundle on Arweave.
pub const LOCATION_BUNDLED: u8 = 3;

// Operations.
/// Most terms of an operation.
pub const OPERATION_TERMS: usize = 8;
/// Largest `m`: the sum of an operation's terms is over `2^m`.
pub const MAX_SUM_BITS: u8 = 8;
/// Largest factor of a term.
pub const TERM_FACTOR_LIMIT: u32 = 1 << 24;
/// The bound that no result of an operation may reach; rounds have one bit more.
pub const OPERATION_LIMIT: u64 = 1 << 60;
/// A term that is or was a head.
pub const TERM_HISTORY: u8 = 1;
/// A term that is a merged update.
pub const TERM_UPDATE: u8 = 2;
/// A term that is a genesis: the zero vector.
pub const TERM_ZERO: u8 = 3;
/// The pair of a term that has none.
pub const UNPAIRED: u8 = 255;

// Sizes and versions of accounts (section 5).
/// Version that this program writes into every account.
pub const ACCOUNT_VERSION: u8 = 1;
/// Version of a branch's rules: rules of another one are never taken for rules of this one.
pub const RULES_VERSION: u8 = 1;
/// Most slots of one phase of a round, about 39 days: nobody holds a branch for longer.
pub const MAX_PHASE_SLOTS: u32 = 1 << 23;
/// Most approvals that a commit or a merge may need: each is shown when it counts.
pub const MAX_APPROVALS: u8 = 8;
/// Most chunks of one vector: keeps the norm of a whole commit below `2^62`.
pub const MAX_CHUNKS: u32 = 1 << 10;

// Flags of a commit.
/// The units carry blinds: the point hides the delta.
pub const COMMIT_SEALED: u8 = 1;
/// Made in a repository created insecure: what is said of it is the word of that repository's owner.
pub const COMMIT_INSECURE: u8 = 2;

// States of a commit. What became of an accepted one is the state of the round that holds it.
/// Parts are still missing.
pub const COMMIT_STATE_OPEN: u8 = 1;
/// All parts are in.
pub const COMMIT_STATE_COMPLETE: u8 = 2;
/// In the set of the round that `held_by` names.
pub const COMMIT_STATE_ACCEPTED: u8 = 3;
/// A genesis or a finished merge: in the history of its branch.
pub const COMMIT_STATE_HISTORY: u8 = 4;
/// Its points are being closed: it takes nothing any more, and no round takes it.
pub const COMMIT_STATE_ABANDONED: u8 = 5;

// States of an operation.
/// Its result is being added up.
pub const OPERATION_STATE_OPEN: u8 = 1;
/// The head has moved to its result.
pub const OPERATION_STATE_DONE: u8 = 2;
/// Its points are being closed: it never ends.
pub const OPERATION_STATE_ABANDONED: u8 = 3;

// States of a round.
/// Takes commits, reviews and acceptances until its deadlines.
pub const ROUND_STATE_OPEN: u8 = 1;
/// Set and head are frozen.
pub const ROUND_STATE_LOCKED: u8 = 2;
/// The head has moved.
pub const ROUND_STATE_MERGED: u8 = 3;
/// Ended without moving the head.
pub const ROUND_STATE_EXPIRED: u8 = 4;
