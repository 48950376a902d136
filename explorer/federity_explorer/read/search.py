"""One box for everything that has a name: addresses, commits, names, hashes, signatures, wallets."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from federity_explorer.read.database import many, one

__all__ = ["Hit", "search"]

MOST = 50
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{4,88}\Z")
_HEX = re.compile(r"[0-9a-f]{4,64}\Z")


@dataclass(frozen=True)
class Hit:
    """Something found: a page's path on this server, and in words what it is."""

    kind: str
    title: str
    path: str
    detail: str = ""


_ADDRESSES = (
    ("repositories", "address", "repository", "/r/", "name"),
    ("branches", "address", "branch", "/b/", "name"),
    ("commits", "address", "commit", "/c/", "author"),
    ("rounds", "address", "round", "/round/", "idx"),
    ("operations", "address", "operation", "/o/", "author"),
    ("tags", "address", "tag", "/events/", "name"),
    ("nfts", "mint", "NFT", "/nft/", "subject"),
)


def search(db: sqlite3.Connection, text: str) -> list[Hit]:
    """What a text names, or begins the name of; the surest first."""
    text = text.strip()[:200]
    if not text:
        return []
    found: list[Hit] = []
    if _BASE58.match(text):
        found += _addresses(db, text)
    if _HEX.match(text.lower()):
        found += _hashes(db, text.lower())
    found += _names(db, text)
    if _BASE58.match(text) and len(text) > 60:
        signature = one(db, "SELECT signature, slot FROM transactions WHERE signature = ?", text)
        if signature is not None:
            found.append(Hit("transaction", text, f"/tx/{text}", f"slot {signature['slot']}"))
    return list(dict.fromkeys(found))[:MOST]


def _prefix(text: str) -> tuple[str, str]:
    """The range of texts that begin with one. What is searched is ASCII."""
    return text, text + "\x7f"


def _addresses(db: sqlite3.Connection, text: str) -> list[Hit]:
    found = []
    for entity, key, kind, path, detail in _ADDRESSES:
        rows = many(
            db,
            f"SELECT {key} AS address, {detail} AS detail FROM {entity}"  # noqa: S608
            f" WHERE {key} >= ? AND {key} < ? LIMIT 10",
            *_prefix(text),
        )
        found += [Hit(kind, row["address"], path + row["address"], str(row["detail"] or "")) for row in rows]
    if len(text) >= 32 and not found:
        known = one(db, "SELECT 1 FROM mentions WHERE address = ? LIMIT 1", text)
        if known is not None:
            wallet = one(
                db,
                "SELECT 1 WHERE EXISTS (SELECT 1 FROM commits WHERE author = ?1)"
                " OR EXISTS (SELECT 1 FROM members WHERE wallet = ?1)"
                " OR EXISTS (SELECT 1 FROM repositories WHERE owner = ?1)",
                text,
            )
            found.append(Hit("wallet", text, f"/w/{text}") if wallet else Hit("account", text, f"/a/{text}"))
    return found


def _hashes(db: sqlite3.Connection, text: str) -> list[Hit]:
    rows = many(
        db,
        "SELECT address, blob_hash FROM commits WHERE blob_hash >= ? AND blob_hash < ? LIMIT 20",
        *_prefix(text),
    )
    return [Hit("commit", row["address"], f"/c/{row['address']}", row["blob_hash"]) for row in rows]


def _names(db: sqlite3.Connection, text: str) -> list[Hit]:
    owner, _, name = text.rpartition("/")
    rows = many(
        db,
        "SELECT address, name, creator FROM repositories WHERE name >= ? AND name < ?"
        " AND (? = '' OR creator = ? OR owner = ?) ORDER BY name LIMIT 20",
        *_prefix(name),
        owner,
        owner,
        owner,
    )
    found = [Hit("repository", row["name"], f"/r/{row['address']}", row["creator"]) for row in rows]
    tags = many(
        db,
        "SELECT t.name, t.tagged, r.name AS repository FROM tags t"
        " LEFT JOIN repositories r ON r.address = t.repository"
        " WHERE t.name >= ? AND t.name < ? ORDER BY t.name LIMIT 20",
        *_prefix(text),
    )
    return found + [
        Hit("tag", row["name"], f"/c/{row['tagged']}", f"of {row['repository'] or ''}") for row in tags
    ]
