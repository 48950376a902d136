"""An NFT's description as wallets and explorers read it: Metaplex's JSON, with all facts beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from federity.chain.token import SYMBOL
from federity.errors import BadBlob
from federity.parsing import parse
from federity.repository.nfts.picture import drawn
from federity.text import short

if TYPE_CHECKING:
    from federity.repository.nfts.facts import Subject

__all__ = ["LONGEST", "description", "picture", "read", "written"]

LONGEST = 1 << 20
"""Bytes that a description or picture may have: what is longer is neither written nor read."""


def picture(subject: Subject) -> bytes:
    """The picture of a subject, an SVG."""
    facts = subject.facts
    line = f"by {short(facts['author'])}" if "author" in facts else f"at {short(facts['head'])}"
    return drawn(subject.name, f"{line}, L{facts['level']}", subject.history)


def description(subject: Subject, image: str) -> dict[str, Any]:
    """The description of a subject whose picture is at the link `image`."""
    facts = subject.facts
    what = "A model" if facts["kind"] == "repository" else "A commit to a model"
    traits = {key: value for key, value in facts.items() if not isinstance(value, dict)}
    if "contributions" in facts:
        traits["contributors"] = len(facts["contributions"])
    return {
        "name": subject.name,
        "symbol": SYMBOL,
        "description": f"{what} under version control on Solana, kept by Federity.",
        "image": image,
        "attributes": [{"trait_type": key, "value": str(value)} for key, value in sorted(traits.items())],
        "properties": {
            "category": "image",
            "files": [{"uri": image, "type": "image/svg+xml"}],
            "federity": facts,
        },
    }


def written(document: dict[str, Any]) -> bytes:
    """A description as bytes, the same for the same description."""
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def read(data: bytes) -> dict[str, Any]:
    """A description from a stranger's bytes. Raises BadBlob."""
    try:
        found = parse(data.decode())
    except ValueError as error:
        raise BadBlob(f"The description is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadBlob("The description is no JSON object.")
    return found
