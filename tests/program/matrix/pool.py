"""What an attacker has to put into a call: every account there is, and forgeries of each type."""

from __future__ import annotations

from dataclasses import dataclass

from solders.account import Account
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from federity._generated.accounts import decode_account
from federity._generated.program import PROGRAM_ID
from program.matrix.stage import BOB, NEWCOMER, PEOPLE, STRANGER
from program.world import wallet

__all__ = ["Held", "Pool", "wallets_of"]

_SYSTEM = Pubkey.default()
# A program of the attacker's: it may write anything into accounts of its own.
FORGER = wallet("a program of the attacker").pubkey()


@dataclass(frozen=True)
class Held:
    """An account and how reports call it."""

    address: Pubkey
    kind: str
    label: str

    @property
    def name(self) -> str:
        """Its type, and where it was seen first."""
        return f"{self.kind}: {self.label}"


class Pool:
    """Accounts by type. `names` says where each was seen first; wallets may sign."""

    def __init__(self, svm: LiteSVM, names: dict[Pubkey, str], wallets: dict[str, Pubkey]) -> None:
        self.svm = svm
        self.names = names
        self.kinds: dict[str, list[Held]] = {"wallet": [Held(a, "wallet", n) for n, a in wallets.items()]}
        self.by_address: dict[Pubkey, Held] = {held.address: held for held in self.kinds["wallet"]}
        for address, account in svm.get_program_accounts(PROGRAM_ID):
            decoded = decode_account(bytes(account.data))
            assert decoded is not None, address
            kind = type(decoded).__name__
            held = Held(address, kind, names[address])
            self.kinds.setdefault(kind, []).append(held)
            self.by_address[address] = held
        for kind in list(self.kinds):
            self.kinds[kind].sort(key=lambda held: held.label)
        self.forged = [self._forge(kind) for kind in self.kinds if kind != "wallet"]
        self.empty = Held(wallet("nobody's account").pubkey(), "empty", "no account")
        self.programs = [
            Held(PROGRAM_ID, "program", "this one"),
            Held(_SYSTEM, "program", "the system's"),
        ]

    def kind(self, address: Pubkey) -> str:
        """The type of an account of a call."""
        held = self.by_address.get(address)
        if held is not None:
            return held.kind
        return "program" if any(address == held.address for held in self.programs) else "empty"

    def strangers(self, kind: str) -> list[Held]:
        """One account of each other type, forgeries of all, an empty address and programs."""
        others = [held[0] for name, held in sorted(self.kinds.items()) if name != kind]
        return [*others, *self.forged, self.empty, *self.programs]

    def _forge(self, kind: str) -> Held:
        """The bytes of a true account in one that the attacker's program owns."""
        true = self.svm.get_account(self.kinds[kind][0].address)
        assert true is not None
        address = wallet(f"a forged {kind}").pubkey()
        self.svm.set_account(address, Account(true.lamports, bytes(true.data), FORGER))
        return Held(address, f"forged {kind}", "by an attacker's program")


def wallets_of(**others: Keypair) -> dict[str, Pubkey]:
    """Who may sign: members, others by their names, strangers."""
    named = {name: who.pubkey() for name, who in others.items()}
    members = {f"a member of role {role}": who.pubkey() for who, role in PEOPLE.items() if who != BOB}
    strangers = {"another contributor": BOB.pubkey(), "a stranger": STRANGER.pubkey()}
    return named | members | strangers | {"a newcomer": NEWCOMER.pubkey()}
