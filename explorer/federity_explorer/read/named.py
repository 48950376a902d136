"""Names and tokens of commits: tags and NFTs."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field

from federity_explorer.read.database import Row, among, many, one

__all__ = ["NftView", "TagView", "nft", "nfts", "nfts_of", "tags"]


@dataclass(frozen=True)
class TagView:
    """A tag, `moves` times moved. `text` is what its tagger says, or `problem` why there is nothing."""

    address: str
    repository: str
    name: str
    commit: str
    tagger: str
    text: str
    problem: str
    moves: int
    slot: int
    time: int | None


@dataclass(frozen=True)
class NftView:
    """An NFT as it was made: of a commit, or of the repository itself. `name`, `description`, `image` and
    `attributes` are its description's, which its maker wrote and `federity nft verify` compares with the
    chain.
    """

    mint: str
    repository: str
    repository_name: str
    kind: str
    subject: str
    first: str
    blob_hash: str
    location: str
    name: str
    description: str
    image: str
    problem: str
    slot: int
    time: int | None
    attributes: dict[str, str] = field(default_factory=dict)


def tags(db: sqlite3.Connection, column: str, value: str, limit: int = 100) -> list[TagView]:
    """The tags of a `repository`, or on a `commit`, newest first."""
    rows = many(
        db,
        "SELECT t.*, w.text, w.problem FROM tags t"  # noqa: S608
        " LEFT JOIN words w ON w.hash = t.note_hash AND w.kind = 'note'"
        f" WHERE t.{'tagged' if column == 'commit' else 'repository'} = ? ORDER BY t.slot DESC LIMIT ?",
        value,
        limit,
    )
    return [
        TagView(
            address=row["address"],
            repository=row["repository"] or "",
            name=row["name"] or "",
            commit=row["tagged"],
            tagger=row["tagger"],
            text=row["text"] or "",
            problem=row["problem"] or "",
            moves=row["moves"],
            slot=row["slot"],
            time=row["time"],
        )
        for row in rows
    ]


_NFT = (
    "SELECT n.*, r.name AS repository_name, w.text, w.problem FROM nfts n"
    " LEFT JOIN repositories r ON r.address = n.repository"
    " LEFT JOIN words w ON w.hash = n.blob_hash AND w.kind = 'nft'"
)


def nft(db: sqlite3.Connection, mint: str) -> NftView | None:
    """An NFT by its mint."""
    row = one(db, f"{_NFT} WHERE n.mint = ?", mint)
    return None if row is None else _nft(row)


def nfts(db: sqlite3.Connection, column: str, value: str, limit: int = 100) -> list[NftView]:
    """NFTs: those of a `repository`, of a `subject`, or those that were `first` a wallet's; newest first."""
    where = column if column in ("subject", "first") else "repository"
    rows = many(
        db,
        f"{_NFT} WHERE n.{where} = ? ORDER BY n.subject != n.repository, n.slot DESC LIMIT ?",
        value,
        limit,
    )
    return [_nft(row) for row in rows]


def nfts_of(db: sqlite3.Connection, mints: list[str]) -> list[NftView]:
    """The NFTs at these mints, in their order."""
    rows = among(db, f"{_NFT} WHERE n.mint IN ({{marks}})", mints)
    found = {row["mint"]: _nft(row) for row in rows}
    return [found[mint] for mint in mints if mint in found]


def _nft(row: Row) -> NftView:
    said = json.loads(row["text"]) if row["text"] else {}
    own = row["subject"] == row["repository"]
    return NftView(
        mint=row["mint"],
        repository=row["repository"],
        repository_name=row["repository_name"] or "",
        kind="repository" if own else "commit",
        subject=row["subject"],
        first=row["first"],
        blob_hash=row["blob_hash"],
        location=row["location"],
        name=said.get("name", ""),
        description=said.get("description", ""),
        image=said.get("image", ""),
        problem=row["problem"] or "",
        slot=row["slot"],
        time=row["time"],
        attributes=said.get("attributes", {}),
    )
