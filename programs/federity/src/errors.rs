//! Every way the program refuses. Codes are 6000 plus the number here, in blocks by subject; numbers are never reused
//! and new errors are appended to their block.

use anchor_lang::prelude::*;

use crate::verifier::Refusal;

#[error_code]
#[derive(Debug, PartialEq, Eq)]
pub enum FederityError {
    // Who may act, and which accounts belong together.
    #[msg("The signer is neither the member's wallet nor its delegate.")]
    Unauthorized = 0,
    #[msg("The member's role is lower than this instruction asks for.")]
    RoleTooLow = 1,
    #[msg("The member account is not of this repository or not of this wallet.")]
    WrongMember = 2,
    #[msg("Rent returns only to the payer recorded in the account.")]
    WrongPayer = 3,
    #[msg("The account belongs to another repository.")]
    WrongRepository = 4,
    #[msg("The account belongs to another branch.")]
    WrongBranch = 5,
    #[msg("The account belongs to another round.")]
    WrongRound = 6,
    #[msg("The account is not the commit that this instruction is about.")]
    WrongCommit = 7,
    #[msg("The points account is not of this commit and chunk.")]
    WrongPoints = 8,
    #[msg("The account is not one of this program's accounts of the expected type.")]
    WrongAccount = 9,
    #[msg("The account is of a version that this program does not read.")]
    WrongVersion = 10,

    // Repositories and members.
    #[msg("A name is 1 to 32 bytes of a-z, 0-9, '.', '_' and '-', the first no '.' or '-', padded with zeros.")]
    InvalidName = 100,
    #[msg("The reference string is not on the program's list of ceremonies; only a repository created insecure may use it.")]
    SrsNotTrusted = 101,
    #[msg("The role cannot be granted or taken by this member: the owner's never, a maintainer's only by the owner.")]
    RoleNotGrantable = 102,
    #[msg("A repository holds at most 2^32 - 1 members and branches.")]
    RepositoryFull = 103,
    #[msg("Only bit 0 (insecure) of a repository's flags may be set.")]
    InvalidFlags = 104,
    #[msg("The repository is archived: what is there goes on being read and closed, nothing new begins.")]
    RepositoryArchived = 105,
    #[msg("The repository is not offered to this wallet, or the offer is past.")]
    NotOffered = 106,
    #[msg("An offer or a delegate ends after this slot; a delegate's role is 1 to 4; nobody is named with zeros.")]
    InvalidOffer = 107,
    #[msg("The reference string's secret is 0, 1 or -1: every commitment opens to anything.")]
    SrsDegenerate = 108,

    // Branches.
    #[msg("A vector has 1 to 1024 chunks.")]
    InvalidChunks = 200,
    #[msg("The rules are out of range: version 1, level 0..1 (0 where no key can be pinned), weighting 0..2, weight 1..65536, samples from 1, approvals 0..8, a phase 1..2^23 slots, rules_role maintainer or owner, operate_role contributor and up.")]
    InvalidRules = 201,
    #[msg("The branch is protected: its head moves only by rounds with review.")]
    BranchProtected = 202,
    #[msg("The vectors are of different lineages and must not be added.")]
    LineageMismatch = 203,
    #[msg("The head is locked by a round until its merge or expiry.")]
    HeadLocked = 204,
    #[msg("An ancestor is a genesis or merge in the history of a branch, not an update.")]
    AncestorNotHistory = 205,
    #[msg("What was made in a repository created insecure stays in such repositories.")]
    InsecureOrigin = 206,
    #[msg("The repositories have different reference strings: no commit of one can be added in the other.")]
    SrsMismatch = 207,
    #[msg("A tag names what is or was a head, of this repository or of a lineage of one of its branches.")]
    TagNotHistory = 208,
    #[msg("The tag names another commit than the one it is to be moved from.")]
    TagElsewhere = 209,

    // Rounds.
    #[msg("The branch has an open or locked round already; there is at most one.")]
    RoundInProgress = 300,
    #[msg("The kind of round is unknown or the branch's rules do not allow it.")]
    RoundKindNotAllowed = 301,
    #[msg("The round is not open.")]
    RoundNotOpen = 302,
    #[msg("The round is not locked.")]
    RoundNotLocked = 303,
    #[msg("The round's deadline for this step has passed.")]
    DeadlinePassed = 304,
    #[msg("The round's deadline has not passed yet.")]
    DeadlineNotReached = 305,
    #[msg("The round has accepted no commit.")]
    NothingAccepted = 306,
    #[msg("The round is not over: it is neither merged nor expired.")]
    RoundNotOver = 307,
    #[msg("A slot or index counter would leave its range.")]
    CounterOverflow = 308,
    #[msg("The round is merged, or commits that it decides about are left.")]
    RoundStays = 309,
    #[msg(
        "The branch's open round can be locked now: its merge comes before a push of one's own and before an operation."
    )]
    RoundWaits = 310,

    // Commits and their parts.
    #[msg("The parent lags the head by more moves than the round's max_staleness allows.")]
    ParentStale = 400,
    #[msg("The parent is not in the history of this branch.")]
    ParentNotOnBranch = 401,
    #[msg("The shift exceeds 8.")]
    ShiftTooLarge = 402,
    #[msg("The number of parts must be at least 1 and at most the vector's chunks (L0) or usable units (L1).")]
    InvalidParts = 403,
    #[msg("The key is not pinned in this repository for the update relation at 8 bits, or for other units than the commit's.")]
    KeyNotPinned = 404,
    #[msg("The commit takes no further parts: all are in, or it is not an update.")]
    CommitNotOpen = 405,
    #[msg("The point of this chunk was declared already.")]
    AlreadyDeclared = 406,
    #[msg("The point is not on the curve.")]
    PointNotOnCurve = 407,
    #[msg("Every chunk beyond the first needs its points account before this step.")]
    PointsMissing = 408,
    #[msg("The unit lies outside the vector or beyond the 256 usable units of its chunk.")]
    UnitOutOfRange = 409,
    #[msg("The unit was proved already.")]
    UnitAlreadyProved = 410,
    #[msg("The update's norm exceeds the branch's norm_bound.")]
    NormBoundExceeded = 411,
    #[msg("A unit of n elements has a norm of at most n * 2^14.")]
    NormOutOfRange = 412,
    #[msg(
        "A commit with a key takes proofs only, a commit without one takes declared points only."
    )]
    WrongAssurance = 413,
    #[msg("The chunk index must be below the vector's number of chunks.")]
    ChunkOutOfRange = 414,
    #[msg("Only bit 0 (sealed) of a commit's flags may be set, and only with a key.")]
    InvalidCommitFlags = 415,
    #[msg("Further points accounts of the commit must be closed first.")]
    PointsRemain = 416,
    #[msg("The commit is part of a branch's history or held by a round and stays.")]
    CommitStays = 417,
    #[msg("A location's tag is 0 to 3, and tag 0 goes with a zero id.")]
    InvalidLocation = 418,
    #[msg(
        "A later round may still take the commit: only its author or who paid for it gives it up."
    )]
    CommitAwaited = 419,
    #[msg("What the record is about still needs it: a commit that exists, or a round that is not over.")]
    RecordStays = 420,
    #[msg("A call closes one record: a review, a location or an approval.")]
    NotOneRecord = 421,
    #[msg("The branch takes no sealed commits.")]
    SealedNotAllowed = 422,
    #[msg("The commit declares more samples than the branch allows.")]
    TooManySamples = 423,

    // Reviews and acceptance.
    #[msg("An author's own approval does not count.")]
    SelfApproval = 500,
    #[msg("A verdict is 1 (approve), 2 (reject) or 3 (comment).")]
    InvalidVerdict = 501,
    #[msg("Parts of the commit are missing.")]
    CommitIncomplete = 502,
    #[msg("The commit's level is below the round's min_level.")]
    LevelTooLow = 503,
    #[msg("The commit has fewer approvals than the round asks for.")]
    NotApproved = 504,
    #[msg("The commit is rejected by a reviewer.")]
    CommitRejected = 505,
    #[msg("The commit is accepted already.")]
    AlreadyAccepted = 506,
    #[msg("The commit is of another round that has not expired.")]
    CommitHeld = 507,
    #[msg("Votes are shown with their voters' memberships in pairs, at most 8, each vote once in order of address.")]
    VotesUnordered = 508,
    #[msg(
        "Only a veto is voided: by anyone once its reviewer holds no power here, any by the owner."
    )]
    VoteStands = 509,
    #[msg("A remark without words says nothing.")]
    NothingSaid = 510,

    // Weights and merges.
    #[msg("The round's weights are not written by a keeper.")]
    WeightingNotKeeper = 600,
    #[msg("A weight exceeds the round's max_weight, or a rejected commit's is not zero.")]
    WeightTooLarge = 601,
    #[msg("The weights sum to more than one (65536).")]
    WeightSumExceeded = 602,
    #[msg("Weights are written in order of index, one per accepted commit.")]
    WeightOutOfOrder = 603,
    #[msg("Not all weights are written.")]
    WeightsIncomplete = 604,
    #[msg("The commit is not in the round's accepted set.")]
    NotAccepted = 605,
    #[msg("The sum of the stated commits is not the expected point.")]
    MergeSumMismatch = 607,
    #[msg("An accepted commit has not been added to every chunk.")]
    MergeIncomplete = 608,
    #[msg("The merge has fewer approvals than the round asks for.")]
    MergeNotApproved = 609,
    #[msg("The accumulator's bound would reach 2^61.")]
    BoundExceeded = 610,
    #[msg("The merge has begun: its set and weights are fixed.")]
    MergeBegun = 611,
    #[msg("The merge has not begun.")]
    MergeNotBegun = 612,
    #[msg("The approval names another set or other weights than the round's.")]
    ApprovalMismatch = 613,
    #[msg("Only a keeper and up, or the opener of a solo round, names the blob of a merge.")]
    BlobNeedsKeeper = 614,
    #[msg("The approver has approved this attempt already.")]
    AlreadyApproved = 615,
    #[msg("The call names no commit to add.")]
    NothingToAdd = 616,
    #[msg("An operand is named before others that come first in this chunk's sum.")]
    OutOfOrder = 617,

    // Operations.
    #[msg("An operation has 1 to 8 terms, their addresses ascending, and changes the head.")]
    InvalidTerms = 800,
    #[msg("A factor is 1 to 2^24 and m at most 8, in lowest terms.")]
    InvalidFactor = 801,
    #[msg("Only two heads, one added and one taken away, name each other as a pair.")]
    InvalidPair = 802,
    #[msg("The operation's address is not the hash of its head, author and terms.")]
    OperationAddressMismatch = 803,
    #[msg("A term is a head that is or was, or an update shown with its merged round.")]
    OperandNotHistory = 804,
    #[msg("An update is a term only once it is merged, by the round shown, and not rejected.")]
    OperandNotMerged = 805,
    #[msg("The result would have more than 40 fraction bits.")]
    FractionExceeded = 806,
    #[msg("The result's bound would reach 2^60.")]
    OperationBoundExceeded = 807,
    #[msg("The head has moved since the operation was made; it can only be closed.")]
    OperationStale = 808,
    #[msg("The operation is done or given up.")]
    OperationNotOpen = 809,
    #[msg("An operand has not been added to every chunk.")]
    OperationIncomplete = 810,
    #[msg("The operation has fewer approvals by maintainers than the branch asks for.")]
    OperationNotApproved = 811,
    #[msg("Until the head has moved on, only the operation's author and maintainers give it up.")]
    OperationStays = 812,
    #[msg("The account is not of this operation.")]
    WrongOperation = 813,

    // Keys and proofs.
    #[msg("The proof does not verify for this key, commit, unit and norm.")]
    ProofInvalid = 700,
    #[msg("The unit's point does not open to the stated value at the challenge.")]
    OpeningInvalid = 701,
    #[msg("A field element must be smaller than the order of the curve.")]
    ScalarNotCanonical = 702,
    #[msg("The key is malformed: a point off its group or the identity, or two that are equal up to sign (gamma may be the generator) or to the string's [tau]G2.")]
    KeyMalformed = 703,
    #[msg("The key is not on the program's list; only a repository created insecure may use it.")]
    KeyNotTrusted = 704,
    #[msg("A pin names relation 1 (update), 8 bits and a unit of 4 to 2^22 elements, a power of two; for a listed key what the list says.")]
    InvalidPin = 705,
    #[msg("The key account is not the one the commit was created with.")]
    WrongKey = 706,
    #[msg("The key account's address is not the hash of the key.")]
    KeyAddressMismatch = 707,

    // NFTs.
    #[msg("Tokens are kept by Token-2022, and by Solana's program of associated accounts.")]
    WrongProgram = 900,
    #[msg("There is an NFT of it already.")]
    NftExists = 901,
    #[msg("The repository has no NFT.")]
    NoNft = 902,
    #[msg("The mint is not the NFT of this repository.")]
    WrongNft = 903,
    #[msg("The token account does not hold the NFT in the signer's hand: one token of its mint, not frozen.")]
    NftNotHeld = 904,
    #[msg("An NFT is of an update that counts in a merge, shown with its round, or of an operation that moved the head.")]
    CommitNotMerged = 905,
    #[msg("The repository has an NFT: who holds it claims it, and nobody is offered it.")]
    OwnedByHolder = 906,
    #[msg("The holder owns the repository already.")]
    OwnerAlready = 907,

    // Sales.
    #[msg("A price is 1 to 2^47 lamports, and a sale ends after this slot.")]
    InvalidSale = 910,
    #[msg("The sale is past: it can only be cancelled.")]
    SaleOver = 911,
    #[msg("Until the sale is past only its seller cancels it.")]
    SaleStands = 912,
    #[msg("The price is higher than the buyer pays at most.")]
    PriceTooHigh = 913,
    #[msg("What is paid goes to whom the chain names, and nobody else.")]
    WrongRecipient = 914,
    #[msg("There is no whole lamport to be paid.")]
    NothingToClaim = 915,
}

impl From<Refusal> for FederityError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Point => Self::PointNotOnCurve,
            Refusal::Scalar => Self::ScalarNotCanonical,
            Refusal::Proof => Self::ProofInvalid,
            Refusal::Opening => Self::OpeningInvalid,
            Refusal::Key => Self::KeyMalformed,
        }
    }
}
