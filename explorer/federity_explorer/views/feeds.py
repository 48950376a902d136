"""A branch in two other forms: an Atom feed of its heads (RFC 4287), and a badge for a README."""

from __future__ import annotations

import sqlite3
from xml.sax.saxutils import escape, quoteattr

from federity.text import printable
from federity_explorer.read import commits, repositories
from federity_explorer.read.cards import Card
from federity_explorer.read.provenance import provenance
from federity_explorer.rendering import iso

__all__ = ["atom", "badge"]

HEADS = 30


def atom(db: sqlite3.Connection, address: str, site: str) -> str | None:
    """The feed of a branch; `site` is where this explorer is reached."""
    branch = repositories.branch(db, address)
    home = None if branch is None else repositories.repository(db, branch.repository)
    if branch is None or home is None:
        return None
    heads = commits.heads(db, "branch", address, limit=HEADS)
    entries = "".join(_entry(card, site) for card in heads)
    updated = iso(heads[0].time if heads else branch.time)
    title = f"{home.name}: {branch.name}"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>urn:federity:branch:{address}</id><title>{_xml(title)}</title><updated>{updated}</updated>"
        f'<link rel="self" href={quoteattr(f"{site}/b/{address}/feed.atom")}/>'
        f'<link rel="alternate" href={quoteattr(f"{site}/b/{address}")}/>{entries}</feed>\n'
    )


def _entry(card: Card, site: str) -> str:
    return (
        f"<entry><id>urn:federity:commit:{card.address}</id><title>{_xml(card.message or card.short)}</title>"
        f"<updated>{iso(card.time)}</updated><author><name>{_xml(card.author)}</name></author>"
        f"<link href={quoteattr(f'{site}/c/{card.address}')}/>"
        f"<summary>{_xml(card.level_words)}</summary></entry>"
    )


def _xml(text: str) -> str:
    """Text for XML, which has no way to write control characters."""
    return escape(printable(text))


def badge(db: sqlite3.Connection, address: str) -> str | None:
    """A branch's badge: the lowest level of all it is made of, its contributors, and whose word that is.

    `verified` says that the chain verified a proof of every update; nothing else is called so.
    """
    branch = repositories.branch(db, address)
    if branch is None or branch.tip is None:
        return None
    made = provenance(db, branch.head)
    level = branch.tip.history_level if branch.tip.history_level is not None else branch.tip.level
    people = len(made.shares) if made else 0
    words = f"{people} contributor{'' if people == 1 else 's'}"
    proved = made is not None and made.updates > 0 and (level or 0) >= 1
    text = f"L{level}, {words}, verified" if proved else f"{words}, not verified"
    if not made or not made.updates:
        text = "base only"
    left, right = 62, 14 + 6.4 * len(text)
    colour = "#1f746f" if proved else "#56626a"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:.0f}" height="20" role="img" '
        f'aria-label="federity: {text}"><title>federity: {text}</title>'
        f'<rect width="{left + right:.0f}" height="20" rx="4" fill="{colour}"/>'
        f'<path d="M0 4a4 4 0 0 1 4-4H{left}V20H4a4 4 0 0 1-4-4z" fill="#2b3336"/>'
        '<g fill="#fff" font-family="system-ui,DejaVu Sans,Verdana,sans-serif" font-size="11">'
        f'<text x="9" y="14" textLength="{left - 18}">federity</text>'
        f'<text x="{left + 7}" y="14" textLength="{right - 14:.0f}">{text}</text></g></svg>\n'
    )
