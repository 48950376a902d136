"""What an NFT is about, from the chain's accounts alone: the same at any later time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_STATE_ACCEPTED,
    COMMIT_STATE_HISTORY,
    KIND_OPERATION,
    REPOSITORY_INSECURE,
    ROUND_STATE_MERGED,
)
from federity.chain import pda
from federity.errors import ConfigError
from federity.repository.ledger import identity
from federity.repository.ledger.moves import Move, moves
from federity.repository.ledger.planning import merged_weight
from federity.repository.ledger.summands import UPDATES, lowest, named_terms, operation_of

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

__all__ = ["Subject", "of_commit", "of_repository"]


@dataclass(frozen=True)
class Subject:
    """What an NFT is of: a repository up to a head, or a commit.

    `owner` is whose NFT it is when it is made. `name` is what the program calls it, `facts` are values of
    JSON, `history` are the merges that its picture shows. `round` is that of a merged update.
    """

    address: Pubkey
    owner: Pubkey
    name: str
    facts: dict[str, Any]
    history: tuple[Move, ...]
    round: Pubkey | None = None


async def of_repository(reader: Reader, head: Pubkey) -> Subject:
    """The repository as it is at a head of one of its branches. Raises NotFound."""
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    commit = await reader.own_commit(head)
    history = await moves(reader, head)
    shares: dict[str, int] = {}
    for move in history:
        for share in move.shares:
            shares[share.author] = shares.get(share.author, 0) + share.weight
    facts = {
        **_home(reader, repository),
        "kind": "repository",
        "head": str(head),
        "moves": len(history),
        "lineage": bytes(commit.lineage).hex(),
        "level": lowest(commit.history_level, shares),
        "contributions": dict(sorted(shares.items())),
    }
    name = pda.plain_name(bytes(repository.name))
    return Subject(reader.repository, repository.owner, name, facts, history)


async def of_commit(reader: Reader, address: Pubkey) -> Subject:
    """A merged update or an operation. Raises ConfigError for what no NFT is of, NotFound."""
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    commit = await reader.own_commit(address)
    branch = await reader.load(accounts.Branch, commit.branch, "branch")
    facts = {
        **_home(reader, repository),
        "kind": "commit",
        "commit": str(address),
        "id": identity.name(address, commit),
        "branch": pda.plain_name(bytes(branch.name)),
        "author": str(commit.author),
        "parent": str(commit.parent),
        "lineage": bytes(commit.lineage).hex(),
        "level": commit.level,
    }
    title = pda.plain_name(bytes(repository.name))
    if commit.kind == KIND_OPERATION and commit.state == COMMIT_STATE_HISTORY:
        operation = await operation_of(reader, commit)
        terms = {
            str(term.commit): -term.factor if term.negative else term.factor
            for term in named_terms(operation)
        }
        facts |= {"operation": str(commit.round), "terms": terms, "over": 1 << operation.m}
        history = await moves(reader, address)
        return Subject(address, commit.author, f"{title} #{commit.seq}", facts, history)
    if commit.kind not in UPDATES or commit.state != COMMIT_STATE_ACCEPTED:
        raise _unearned(address)
    round_ = await reader.load(accounts.Round, commit.held_by, "round")
    weight = merged_weight(round_, commit)
    if round_.state != ROUND_STATE_MERGED or not weight:
        raise _unearned(address)
    number = f".{commit.index}" if round_.accepted > 1 else ""
    facts |= {
        "round": str(commit.held_by),
        "merge": str(round_.merge),
        "weight": weight,
        "samples": commit.samples,
        "blob": bytes(commit.blob_hash).hex(),
    }
    history = await moves(reader, round_.merge)
    name = f"{title} #{round_.head_seq + 1}{number}"
    return Subject(address, commit.author, name, facts, history, commit.held_by)


def _home(reader: Reader, repository: accounts.Repository) -> dict[str, Any]:
    return {
        "repository": str(reader.repository),
        "name": pda.plain_name(bytes(repository.name)),
        "creator": str(repository.creator),
        "cluster": bytes(repository.cluster).hex(),
        "insecure": bool(repository.flags & REPOSITORY_INSECURE),
    }


def _unearned(address: Pubkey) -> ConfigError:
    return ConfigError(
        f"{address} has no NFT: that is for updates that a merge took and operations that moved the head.",
        hint="A merge of a round is its authors' work: each of them has an NFT of their own commit.",
    )
