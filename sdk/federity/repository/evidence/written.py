"""How documents are written, and addresses in them: the same bytes for the same facts."""

from __future__ import annotations

import json
from typing import Any

from federity.repository.evidence.lineage import Lineage

__all__ = ["uri", "written"]

# CAIP-2 names a chain of Solana's by so many characters of its genesis hash.
_CHAIN = 32


def uri(lineage: Lineage, address: str) -> str:
    """An address of the lineage's chain as a URI, after CAIP-10."""
    return f"solana:{lineage.cluster[:_CHAIN]}:{address}"


def written(document: dict[str, Any]) -> bytes:
    """A document as bytes."""
    return (json.dumps(document, indent=1) + "\n").encode()
