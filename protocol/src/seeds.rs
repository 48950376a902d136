//! First seed of each program-derived address; the further seeds are listed in `docs/protocol.md`, section 5.

/// `Repository`: then owner, name.
pub const REPOSITORY: &[u8] = b"repository";
/// `Member`: then repository, wallet.
pub const MEMBER: &[u8] = b"member";
/// `VerifyingKey`: then sha256 of the key's bytes.
pub const KEY: &[u8] = b"key";
/// `KeyPin`: then repository, key.
pub const KEY_PIN: &[u8] = b"key_pin";
/// `Branch`: then repository, name.
pub const BRANCH: &[u8] = b"branch";
/// `Commit`: then round, author (genesis: branch, branch; merge: round, round; result: operation, operation).
pub const COMMIT: &[u8] = b"commit";
/// `Points`: then commit, chunk as u32 little-endian.
pub const POINTS: &[u8] = b"points";
/// `Round`: then branch, index as u64 little-endian.
pub const ROUND: &[u8] = b"round";
/// `Operation`: then branch, what it is known by.
pub const OPERATION: &[u8] = b"operation";
/// `Review`: then commit, reviewer.
pub const REVIEW: &[u8] = b"review";
/// `Approval`: then round or operation, approver.
pub const APPROVAL: &[u8] = b"approval";
/// `Location`: then commit, poster.
pub const LOCATION: &[u8] = b"location";
/// `Tag`: then repository, name.
pub const TAG: &[u8] = b"tag";
/// `Remark`: then operation or commit, author, sha256 of the words.
pub const REMARK: &[u8] = b"remark";
/// The mint of an NFT: then repository or commit.
pub const MINT: &[u8] = b"mint";
/// `Sale`: then repository.
pub const SALE: &[u8] = b"sale";
/// `Purse`: then branch.
pub const PURSE: &[u8] = b"purse";
/// The authority under which the program emits events to itself.
pub const EVENT_AUTHORITY: &[u8] = b"__event_authority";
