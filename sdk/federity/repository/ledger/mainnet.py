"""Where real money is, no repository with a development reference string is accepted."""

from __future__ import annotations

from solders.pubkey import Pubkey

from federity.errors import Insecure

# Genesis hash of Solana's mainnet-beta.
MAINNET = bytes(Pubkey.from_string("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"))


def refuse_on_mainnet(genesis: bytes, insecure: bool) -> None:
    """Raise Insecure for a repository with a development SRS where real money is."""
    if insecure and genesis == MAINNET:
        raise Insecure(
            "The repository was created insecure: its commitments bind nobody, so mainnet is refused."
        )
