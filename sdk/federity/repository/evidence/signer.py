"""Whose key signs: a wallet's word for a P-256 key, which goes along with what the key signs.

The word is an off-chain message of Solana's, version 0, in plain English: wallets show it before they sign,
and `solana verify-offchain-signature` checks it. It is about one cluster and one program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature

from federity.chain.base import Signer
from federity.errors import BadBlob
from federity.repository.evidence.lineage import Lineage
from federity.signing_key import fingerprint

__all__ = ["Voucher", "read", "vouched"]

_DOMAIN = b"\xffsolana offchain"
_VERSION, _ASCII = 0, 0


@dataclass(frozen=True)
class Voucher:
    """A wallet's word that a public key, PEM text, signs models for it. `signature` is base58."""

    wallet: str
    cluster: str
    program: str
    public: str
    signature: str

    def to_json(self) -> dict[str, Any]:
        """The voucher as a document."""
        return {
            "format": "federity/signer/1",
            "wallet": self.wallet,
            "cluster": self.cluster,
            "program": self.program,
            "publicKey": self.public,
            "message": sentence(self.wallet, self.cluster, self.program, self.public),
            "signature": self.signature,
        }


def sentence(wallet: str, cluster: str, program: str, public: str) -> str:
    """What the wallet signs, for people."""
    return (
        f"The P-256 key whose PEM text has the SHA-256 {fingerprint(public)} signs models of Federity for "
        f"my wallet {wallet}, on the cluster with the genesis hash {cluster}, program {program}."
    )


def vouched(wallet: Signer, lineage: Lineage, public: str) -> Voucher:
    """The word of a wallet for a key. Raises WalletError."""
    own = str(wallet.pubkey)
    said = sentence(own, lineage.cluster, lineage.program, public)
    return Voucher(own, lineage.cluster, lineage.program, public, str(wallet.sign(_message(said))))


def read(document: Any, lineage: Lineage) -> Voucher:
    """A stranger's voucher, checked: its wallet's signature, and that it is about the lineage's chain.

    Raises BadBlob.
    """
    try:
        found = Voucher(
            *(document[name] for name in ("wallet", "cluster", "program", "publicKey", "signature"))
        )
        whole = found.to_json() == document
        wallet, signature = Pubkey.from_string(found.wallet), Signature.from_string(found.signature)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadBlob("It is no voucher for a key.") from error
    if not whole:
        raise BadBlob("It is no voucher for a key, or contradicts itself.")
    if (found.cluster, found.program) != (lineage.cluster, lineage.program):
        raise BadBlob("It is about another cluster or program.")
    said = sentence(found.wallet, found.cluster, found.program, found.public)
    if not signature.verify(wallet, _message(said)):
        raise BadBlob(f"It is not signed by {found.wallet}.")
    return found


def _message(text: str) -> bytes:
    data = text.encode("ascii")
    return _DOMAIN + bytes([_VERSION, _ASCII]) + len(data).to_bytes(2, "little") + data
