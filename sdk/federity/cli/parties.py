"""Who signs and who pays: said before a price is asked for, and with every result that cost something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity.text import fields, sol

if TYPE_CHECKING:
    from federity.chain.base import Signer
    from federity.keypairs import KeypairFile
    from federity.session import Session


@dataclass(frozen=True)
class Parties:
    """The wallet that acts and the one that pays, with the files they are kept in."""

    signer: Signer
    payer: Signer
    signer_file: KeypairFile | None
    payer_file: KeypairFile | None

    @classmethod
    def of(cls, session: Session) -> Parties:
        """Those of a session. Raises WalletError."""
        return cls(session.wallet, session.payer, session.wallet_file, session.payer_file)

    def to_json(self, balance: int | None = None) -> dict[str, object]:
        """Both, as documents have them; with the payer's lamports where they are known."""
        has = {} if balance is None else {"lamports": balance}
        return {
            "signer": _document(self.signer, self.signer_file),
            "payer": {**_document(self.payer, self.payer_file), **has},
        }

    def text(self, balance: int | None = None) -> str:
        """Both for people; the payer only where it is another one, or with what it has."""
        lines = [("signer", _line(self.signer, self.signer_file))]
        if self.payer.pubkey != self.signer.pubkey:
            lines.append(("payer", _line(self.payer, self.payer_file)))
        return fields(lines + ([] if balance is None else [("balance", sol(balance))]))


def _document(signer: Signer, file: KeypairFile | None) -> dict[str, str]:
    path = "" if file is None else str(file.path)
    return {"address": str(signer.pubkey), "keypair": path, "from": _origin(file)}


def _line(signer: Signer, file: KeypairFile | None) -> str:
    origin = f", from {_origin(file)}" if _origin(file) else ""
    return f"{signer.pubkey}" + ("" if file is None else f" ({file.path}{origin})")


def _origin(file: KeypairFile | None) -> str:
    return "" if file is None else "--keypair" if file.named else file.origin
