"""Links to others' explorers. Only what the chain's own syntax allows becomes part of a URL."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["Links"]

_CLUSTERS = {
    "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": "",
    "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG": "cluster=devnet",
    "4uhcVJyU9pJkvQyS88uRDiswHScYQ7fKbB3pQQY8Yh3P": "cluster=testnet",
}
"""Genesis hashes of Solana's clusters, and how Solana Explorer is told of each."""


@dataclass(frozen=True)
class Links:
    """Makes links for a chain with this genesis hash; `rpc` is a node that a reader's browser reaches."""

    genesis: str
    rpc: str

    def _query(self) -> str:
        known = _CLUSTERS.get(self.genesis)
        if known is None:
            return f"?cluster=custom&customUrl={quote(self.rpc, safe='')}"
        return f"?{known}" if known else ""

    def address(self, address: str) -> str:
        """Solana Explorer's page of an address."""
        return f"https://explorer.solana.com/address/{quote(address, safe='')}{self._query()}"

    def transaction(self, signature: str) -> str:
        """Solana Explorer's page of a transaction."""
        return f"https://explorer.solana.com/tx/{quote(signature, safe='')}{self._query()}"

    def blob(self, location: str) -> str:
        """Where a browser finds a blob; empty for a place that browsers do not reach."""
        kind, _, identity = location.partition(":")
        if kind not in ("arweave", "bundled"):
            return ""
        try:
            name = base64.urlsafe_b64encode(bytes.fromhex(identity)).rstrip(b"=").decode()
        except ValueError:
            return ""
        return f"https://arweave.net/{name}"
