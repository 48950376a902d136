"""Every exception that Federity raises on purpose.

    FederityError                     1   base; anything without a class of its own
    ├── ConfigError                   3   a setting, name or config file that cannot be used
    ├── WorktreeError                 4   not a working copy, in use, or damaged
    ├── NothingToDo                   5   no change to commit, nothing to push
    ├── FileUnavailable               6   a file of this machine cannot be read or written now
    │   └── StorageFull              36   no room to write
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
    ├── ChainError                   60   the chain
    │   ├── ChainUnavailable         61   no answer
    │   ├── WrongCluster             62   another chain than the repository's
    │   ├── ChainDamaged             63   the embedded chain's file is not a chain's
    │   ├── TransactionRefused       64   the chain's own rules refused: expired, resent, too large
    │   └── WrongProgram             65   another program at the address than the expected one
    └── ProgramError                 70   the program refused; code, name, message and signature are kept
        ├── RefusedNotAMember        51   (also a NotAMember)
        └── RefusedStaleHead         52   (also a StaleHead)

The number is the exit code of a command that ends with the error; 0 is success, 2 a usage error. A class's
number never changes. A refusal by the program has the same number as the client's own check of the same rule,
because for a script it is the same event.

"Cannot be read now" and "is bad" are different classes. FileUnavailable, BlobMissing and ChainUnavailable
say nothing about what would have been read, and the same call may succeed later; so may it after
BlobMismatch, where the store, not the blob, is wrong. Only BadBlob, RangeError and CommitmentMismatch are
about the very bytes that were asked for, and stay.
"""

from typing import ClassVar

__all__ = [
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
    "NotFound",
    "NothingToDo",
    "ProgramError",
    "ProofError",
    "ProvingCancelled",
    "RangeError",
    "RefusedNotAMember",
    "RefusedStaleHead",
    "StaleHead",
    "StorageFull",
    "TransactionRefused",
    "WalletError",
    "WorktreeError",
    "WrongCluster",
    "WrongProgram",
    "program_error",
]


_LONGEST = 2000


def _shortened(message: str) -> str:
    """A sentence without the middle of what is too long to read: a stranger may have named something so."""
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 4 :]}"


class FederityError(Exception):
    """Base of every error Federity raises on purpose.

    `sentence` says what is wrong. `hint`, when not empty, says what to do about it; a class may have a hint
    that fits all its cases. `str(error)` is both, so that a traceback also says what to do. `exit_code` is
    what a command returns.
    """

    exit_code: ClassVar[int] = 1
    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Keep the sentence and, if given, a hint for this very case."""
        super().__init__(_shortened(message))
        if hint is not None:
            self.hint = hint

    @property
    def sentence(self) -> str:
        """What is wrong, without the hint."""
        return super().__str__()

    def __str__(self) -> str:
        """What is wrong, and what to do about it."""
        return f"{self.sentence} {self.hint}" if self.hint else self.sentence


class ConfigError(FederityError):
    """A setting, a name or a configuration file that cannot be used."""

    exit_code = 3


class WorktreeError(FederityError):
    """The folder is not a working copy, is in use, or its `.federity` folder is damaged."""

    exit_code = 4


class NothingToDo(FederityError):
    """There is no change to commit or nothing to push."""

    exit_code = 5


class FileUnavailable(FederityError):
    """A file or folder of this machine cannot be read or written now: permissions, a failing disk, too many
    open files. Nothing is said about what is in it, and nothing was half-written.
    """

    exit_code = 6
    hint = "Make the file usable and run the command again: it resumes."


class StorageFull(FileUnavailable):
    """There is no room to write; nothing was half-written."""

    exit_code = 36
    hint = "Free some space and run the command again: it resumes."


class WalletError(FederityError):
    """There is no keypair, or it cannot be read."""

    exit_code = 10
    hint = (
        "Name a Solana keypair file with --keypair (in Python: connect's `keypair`), "
        "or make one with `federity key new`."
    )


class InsufficientFunds(WalletError):
    """The payer cannot pay the fees and rent of the transaction."""

    exit_code = 11
    hint = (
        "Send SOL to the paying wallet (`federity airdrop` where it is play money), or name another payer "
        "with --fee-payer (in Python: connect's `fee_payer`)."
    )


class ModelError(FederityError):
    """The model in hand cannot be versioned as it is."""

    exit_code = 20


class ManifestMismatch(ModelError):
    """The model's tensors are not the manifest's: missing, unexpected, or of another shape or dtype."""

    exit_code = 21
    hint = (
        "Use the architecture that the repository was created with, and federity.Named for other names; "
        "a model with other layers starts a branch of its own: `federity branch create NAME --model FILE`."
    )


class NonFiniteWeights(ModelError):
    """A weight is NaN or infinite; the message names the tensor."""

    exit_code = 22
    hint = "The training diverged: start again from the head with a lower learning rate."


class BadModelFile(ModelError):
    """A model file that is not safetensors, is truncated, or lies about its contents."""

    exit_code = 23


class BlobError(FederityError):
    """Stored bytes that are not there or not what they should be."""

    exit_code = 30


class BlobMissing(BlobError):
    """The store does not have the blob (yet)."""

    exit_code = 31


class BlobMismatch(BlobError):
    """The store returned other bytes than the ones asked for."""

    exit_code = 32


class BadBlob(BlobError):
    """The bytes are the ones asked for, but they are not a well-formed blob of this protocol."""

    exit_code = 33


class RangeError(BlobError, ValueError):
    """An integer is outside the range that the protocol allows."""

    exit_code = 34


class CommitmentMismatch(BlobError):
    """The vector does not open the commitment that the chain holds."""

    exit_code = 35


class ProofError(FederityError):
    """A proof could not be made, or does not verify."""

    exit_code = 40


class ProvingCancelled(ProofError):
    """The caller stopped the prover."""

    exit_code = 41


class NotFound(FederityError):
    """The repository, branch, commit or round does not exist."""

    exit_code = 50


class NotAMember(FederityError):
    """The wallet has no role in the repository, or too low a role for what it tries."""

    exit_code = 51
    hint = "Ask the repository's owner for `federity member add`."


class StaleHead(FederityError):
    """The branch has moved on since the commit's parent."""

    exit_code = 52
    hint = "Run `federity pull`, train on, and commit again."


class Insecure(FederityError):
    """A development key or SRS was met where only a ceremony's is accepted."""

    exit_code = 53


class ChainError(FederityError):
    """The chain did not do what was asked."""

    exit_code = 60


class ChainUnavailable(ChainError):
    """The chain gave no answer."""

    exit_code = 61


class WrongCluster(ChainError):
    """This is another chain than the one the repository lives on."""

    exit_code = 62


class WrongProgram(ChainError):
    """What runs at the program's address is not what this package, or the settings, say should run there."""

    exit_code = 65


class ChainDamaged(ChainError):
    """The embedded chain's file was read, and what it holds is not a chain that this version knows."""

    exit_code = 63


class TransactionRefused(ChainError):
    """The chain's own rules, not the program's, refused a transaction.

    `reason` is the runtime's name for it (`BlockhashNotFound`, `AlreadyProcessed`, ...), `signature` the
    transaction's (None when it was refused before it was signed).
    """

    exit_code = 64

    def __init__(
        self, reason: str, message: str, signature: str | None = None, *, hint: str | None = None
    ) -> None:
        """Keep the reason and the signature beside the sentence."""
        super().__init__(message, hint=hint)
        self.reason = reason
        self.message = message
        self.signature = signature

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the three facts."""
        return type(self), (self.reason, self.message, self.signature)


class ProgramError(FederityError):
    """The program refused an instruction.

    `code` is the program's error number, `name` its name in the IDL, `message` its sentence, `signature` the
    refused transaction's (None when it was refused before it was signed, as in a simulation).
    """

    exit_code = 70

    def __init__(
        self, code: int, name: str, message: str, signature: str | None = None, *, hint: str | None = None
    ) -> None:
        """Keep the four facts; the sentence shown is `message (name, code)`."""
        super().__init__(f"{message} ({name}, {code})", hint=hint)
        self.code = code
        self.name = name
        self.message = message
        self.signature = signature

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the four facts, because the sentence alone does not rebuild the error."""
        return type(self), (self.code, self.name, self.message, self.signature)


class RefusedNotAMember(ProgramError, NotAMember):
    """The program's own `NotAMember`."""

    exit_code = NotAMember.exit_code


class RefusedStaleHead(ProgramError, StaleHead):
    """The program's own `StaleHead`."""

    exit_code = StaleHead.exit_code


_REFUSALS: dict[str, type[ProgramError]] = {
    "Unauthorized": RefusedNotAMember,
    "WrongMember": RefusedNotAMember,
    "RoleTooLow": RefusedNotAMember,
    "ParentStale": RefusedStaleHead,
}


def program_error(code: int, name: str, message: str, signature: str | None = None) -> ProgramError:
    """Build the error for one of the program's codes, of the class that fits its name."""
    return _REFUSALS.get(name, ProgramError)(code, name, message, signature)
