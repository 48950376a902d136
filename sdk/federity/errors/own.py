"""What Federity itself refuses or cannot do here."""

from federity.errors.base import FederityError


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


class StorageUnavailable(FileUnavailable):
    """A store on the network gave no answer, or none that can be used, when it was asked now."""

    exit_code = 37
    hint = "Try again later: it resumes."


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


class NotApproved(FederityError):
    """A proposal lacks approvals, or a maintainer asks for changes."""

    exit_code = 54


class Archived(FederityError):
    """The repository is archived: nothing new begins in it."""

    exit_code = 55
    hint = "Its owner takes it out with `federity repository archive --undo`."


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
