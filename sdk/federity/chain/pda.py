"""Addresses of the program's accounts, each derived from its seeds (docs/protocol.md, section 5)."""

import hashlib

from solders.pubkey import Pubkey

from federity._generated import constants
from federity._generated.program import program_id
from federity.errors import ConfigError

__all__ = [
    "approval",
    "branch",
    "commit",
    "genesis",
    "key",
    "key_pin",
    "location",
    "member",
    "merge",
    "mint",
    "padded_name",
    "plain_name",
    "points",
    "purse",
    "remark",
    "repository",
    "review",
    "round_",
    "sale",
    "tag",
]


def padded_name(name: str) -> bytes:
    """A name as the chain holds it, 32 bytes.

    Raises ConfigError unless it is 1 to 32 of `[a-z0-9._-]` and begins with a letter, a digit or `_`: names
    become folders.
    """
    data = name.encode("utf-8", "surrogateescape")
    if (
        not 1 <= len(data) <= constants.NAME_BYTES
        or not set(data) <= set(constants.NAME_ALPHABET)
        or data[0] in constants.NAME_NEVER_FIRST
    ):
        raise ConfigError(
            f"{name[: 2 * constants.NAME_BYTES]!r} is no name: use 1 to {constants.NAME_BYTES} characters of "
            "a-z, 0-9, . _ - and begin with a letter, a digit or _"
        )
    return data.ljust(constants.NAME_BYTES, b"\0")


def plain_name(data: bytes) -> str:
    """The text of a zero-padded name."""
    return data.rstrip(b"\0").decode("ascii", "replace")


def repository(owner: Pubkey, name: str) -> Pubkey:
    """A repository, by the wallet that created it and its name."""
    return _find(constants.SEED_REPOSITORY, owner, padded_name(name))


def member(repository: Pubkey, wallet: Pubkey) -> Pubkey:
    """A wallet's membership in a repository."""
    return _find(constants.SEED_MEMBER, repository, wallet)


def key(verifying_key: bytes) -> Pubkey:
    """A verifying key, by its 576 bytes."""
    return key_of(hashlib.sha256(verifying_key).digest())


def key_of(key_hash: bytes) -> Pubkey:
    """A verifying key, by the sha256 of its bytes."""
    return _find(constants.SEED_KEY, key_hash)


def key_pin(repository: Pubkey, key: Pubkey) -> Pubkey:
    """What an insecure repository says a key proves."""
    return _find(constants.SEED_KEY_PIN, repository, key)


def branch(repository: Pubkey, name: str) -> Pubkey:
    """A branch of a repository."""
    return _find(constants.SEED_BRANCH, repository, padded_name(name))


def round_(branch: Pubkey, index: int) -> Pubkey:
    """A branch's round of that number."""
    return _find(constants.SEED_ROUND, branch, index.to_bytes(8, "little"))


def commit(round_: Pubkey, author: Pubkey) -> Pubkey:
    """An author's commit in a round."""
    return _find(constants.SEED_COMMIT, round_, author)


def genesis(branch: Pubkey) -> Pubkey:
    """A branch's first commit."""
    return commit(branch, branch)


def merge(round_: Pubkey) -> Pubkey:
    """The commit that a round's merge makes."""
    return commit(round_, round_)


def operation(branch: Pubkey, known_by: bytes) -> Pubkey:
    """An operation of a branch, by the hash of what it is."""
    return _find(constants.SEED_OPERATION, branch, known_by)


def result(operation: Pubkey) -> Pubkey:
    """The commit that an operation makes."""
    return commit(operation, operation)


def points(commit: Pubkey, chunk: int) -> Pubkey:
    """The point of a commit's further chunk, from 1 up."""
    return _find(constants.SEED_POINTS, commit, chunk.to_bytes(4, "little"))


def review(commit: Pubkey, reviewer: Pubkey) -> Pubkey:
    """A reviewer's verdict on a commit."""
    return _find(constants.SEED_REVIEW, commit, reviewer)


def approval(subject: Pubkey, approver: Pubkey) -> Pubkey:
    """An approval of a round's merge, or of an operation."""
    return _find(constants.SEED_APPROVAL, subject, approver)


def remark(subject: Pubkey, author: Pubkey, note_hash: bytes) -> Pubkey:
    """What somebody says of an operation or commit, by the sha256 of the words."""
    return _find(constants.SEED_REMARK, subject, author, note_hash)


def location(commit: Pubkey, poster: Pubkey) -> Pubkey:
    """Where somebody says a commit's blob can be found too."""
    return _find(constants.SEED_LOCATION, commit, poster)


def tag(repository: Pubkey, name: str) -> Pubkey:
    """A repository's tag."""
    return _find(constants.SEED_TAG, repository, padded_name(name))


def mint(subject: Pubkey) -> Pubkey:
    """The mint of a repository's or commit's NFT."""
    return _find(constants.SEED_MINT, subject)


def sale(repository: Pubkey) -> Pubkey:
    """The sale of a repository's NFT."""
    return _find(constants.SEED_SALE, repository)


def purse(branch: Pubkey) -> Pubkey:
    """What sales have brought to the authors of a branch."""
    return _find(constants.SEED_PURSE, branch)


def _find(*seeds: bytes | Pubkey) -> Pubkey:
    return Pubkey.find_program_address([bytes(seed) for seed in seeds], program_id())[0]
