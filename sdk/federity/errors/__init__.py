"""Every exception that Federity raises on purpose.

    FederityError                     1   base; anything without a class of its own
    ├── ConfigError                   3   a setting, name or config file that cannot be used
    ├── WorktreeError                 4   not a working copy, in use, or damaged
    ├── NothingToDo                   5   no change to commit, nothing to push
    ├── FileUnavailable               6   a file of this machine cannot be read or written now
    │   ├── StorageFull              36   no room to write
    │   └── StorageUnavailable       37   a store on the network gives no answer now
    ├── WalletError                  10   no keypair, or one that cannot be read
    │   └── InsufficientFunds        11   the payer cannot pay fees and rent
    ├── ModelError                   20   the model in hand cannot be versioned as it is
    │   ├── ManifestMismatch         21   other tensors, shapes or dtypes than the manifest's
    │   ├── NonFiniteWeights         22   NaN or infinity
    │   └── BadModelFile             23   not safetensors, truncated, or hostile
    ├── BlobError                    30   stored bytes
    │   ├── BlobMissing              31   not in the store (yet)
    │   ├── BlobMismatch             32   other bytes than the ones asked for
    │   ├── BadBlob                  33   the right bytes, but not a blob of this protocol
    │   ├── RangeError               34   an integer outside the range the protocol allows
    │   └── CommitmentMismatch       35   a vector that does not open the chain's commitment
    ├── ProofError                   40   a proof that could not be made or does not verify
    │   └── ProvingCancelled         41   stopped by the caller
    ├── NotFound                     50   no such repository, branch, commit or round
    ├── NotAMember                   51   the wallet has no role, or too low a role, for this
    ├── StaleHead                    52   the branch has moved on since the commit's parent
    ├── Insecure                     53   a development key or SRS where a ceremony's is required
    ├── NotApproved                  54   a proposal lacks approvals, or a maintainer asks for changes
    ├── Archived                     55   the repository is archived: nothing new begins in it
    ├── ChainError                   60   the chain
    │   ├── ChainUnavailable         61   no answer
    │   ├── WrongCluster             62   another chain than the repository's
    │   ├── ChainDamaged             63   the embedded chain's file is not a chain's
    │   ├── TransactionRefused       64   the chain's own rules refused: expired, resent, too large
    │   └── WrongProgram             65   another program at the address than the expected one
    └── ProgramError                 70   the program refused; code, name, message and signature are kept
        ├── RefusedNotAMember        51   (also a NotAMember)
        ├── RefusedStaleHead         52   (also a StaleHead)
        ├── RefusedNotApproved       54   (also a NotApproved)
        └── RefusedArchived          55   (also an Archived)

The number is the exit code of a command that ends with the error; 0 is success, 2 a usage error. A class's
number never changes. A refusal by the program has the same number as the client's own check of the same rule,
because for a script it is the same event.

"Cannot be read now" and "is bad" are different classes. FileUnavailable, BlobMissing and ChainUnavailable
say nothing about what would have been read, and the same call may succeed later; so may it after
BlobMismatch, where the store, not the blob, is wrong. Only BadBlob, RangeError and CommitmentMismatch are
about the very bytes that were asked for, and stay.
"""

from federity.errors.base import FederityError
from federity.errors.own import (
    Archived,
    BadBlob,
    BadModelFile,
    BlobError,
    BlobMismatch,
    BlobMissing,
    ChainDamaged,
    ChainError,
    ChainUnavailable,
    CommitmentMismatch,
    ConfigError,
    FileUnavailable,
    Insecure,
    InsufficientFunds,
    ManifestMismatch,
    ModelError,
    NonFiniteWeights,
    NotAMember,
    NotApproved,
    NotFound,
    NothingToDo,
    ProofError,
    ProvingCancelled,
    RangeError,
    StaleHead,
    StorageFull,
    StorageUnavailable,
    TransactionRefused,
    WalletError,
    WorktreeError,
    WrongCluster,
    WrongProgram,
)
from federity.errors.program import (
    ProgramError,
    RefusedArchived,
    RefusedNotAMember,
    RefusedNotApproved,
    RefusedStaleHead,
    program_error,
)

__all__ = [
    "Archived",
    "BadBlob",
    "BadModelFile",
    "BlobError",
    "BlobMismatch",
    "BlobMissing",
    "ChainDamaged",
    "ChainError",
    "ChainUnavailable",
    "CommitmentMismatch",
    "ConfigError",
    "FederityError",
    "FileUnavailable",
    "Insecure",
    "InsufficientFunds",
    "ManifestMismatch",
    "ModelError",
    "NonFiniteWeights",
    "NotAMember",
    "NotApproved",
    "NotFound",
    "NothingToDo",
    "ProgramError",
    "ProofError",
    "ProvingCancelled",
    "RangeError",
    "RefusedArchived",
    "RefusedNotAMember",
    "RefusedNotApproved",
    "RefusedStaleHead",
    "StaleHead",
    "StorageFull",
    "StorageUnavailable",
    "TransactionRefused",
    "WalletError",
    "WorktreeError",
    "WrongCluster",
    "WrongProgram",
    "program_error",
]
