"""Every way in which a call that goes through is changed, one at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from federity._generated import constants as c
from federity._generated.program import PROGRAM_ID
from program.matrix import idl
from program.matrix.goods import Good
from program.matrix.pool import Pool

__all__ = ["Case", "Subject", "mutations", "twins"]

# Where ranges of the protocol begin and end, and what lies beside them.
_BOUNDARIES = sorted(
    {
        near
        for edge in (
            *(0, 2, 4, 8, 1 << 8, 1 << 16, 1 << 31, 1 << 32, 1 << 63, 1 << 64),
            *(c.WEIGHT_ONE, c.BOUND_LIMIT, c.CHUNK_ELEMENTS, c.CHUNK_UNITS, c.MAX_CHUNKS, c.MAX_SHIFT),
            c.MAX_PRICE,
            *(
                c.ROLE_OWNER,
                c.UNIT_SMALL,
                c.UNIT_MEDIUM,
                c.UNIT_LARGE,
                c.DELTA_BOUND,
                c.MAX_APPROVALS,
                c.MAX_PHASE_SLOTS,
            ),
        )
        for near in (edge - 1, edge, edge + 1, -edge)
    }
)


@dataclass(frozen=True)
class Subject:
    """A call that goes through, and the same call of the stage's twin."""

    good: Good
    call: Instruction
    twin: Instruction

    def place(self, index: int) -> str:
        """The name of the account at `index`."""
        named = idl.slots(self.good.instruction)
        return named[index].name if index < len(named) else f"further {index - len(named)}"


@dataclass(frozen=True)
class Case:
    """One changed call."""

    subject: Subject
    kind: str
    where: str
    what: str
    call: Instruction

    @property
    def unchanged(self) -> int:
        """Of an integer: what the unchanged call says in its place (in the last of several)."""
        data = bytes(self.subject.call.data)
        places = idl.integers(self.subject.good.instruction, data)
        return [place.value(data) for place in places if place.path == self.where][-1]

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"{self.subject.good.name} | {self.kind} | {self.where} | {self.what}"


def _with(call: Instruction, accounts: Sequence[AccountMeta], data: bytes | None = None) -> Instruction:
    return Instruction(call.program_id, bytes(call.data) if data is None else data, list(accounts))


def _put(call: Instruction, index: int, address: Pubkey) -> Instruction:
    """The call with another account in one place; privileges stay those of the place."""
    accounts = list(call.accounts)
    accounts[index] = AccountMeta(address, accounts[index].is_signer, accounts[index].is_writable)
    return _with(call, accounts)


def mutations(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> Iterator[Case]:
    """All cases of one call but those of twins. `optional`: types of optional accounts by their place."""
    for make in (_accounts, _aliases, _flags, _further, _short, _integers, _data):
        for kind, where, what, call in make(subject, pool, optional):
            yield Case(subject, kind, where, what, call)


_Made = Iterator[tuple[str, str, str, Instruction]]


def _accounts(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> _Made:
    """Every account by every other of its type, by one of each other type, and by forgeries."""
    named = idl.slots(subject.good.instruction)
    for index, meta in enumerate(subject.call.accounts):
        where = subject.place(index)
        absent = index < len(named) and named[index].optional and meta.pubkey == PROGRAM_ID
        kind = optional.get((subject.good.instruction, where), "none") if absent else pool.kind(meta.pubkey)
        candidates = list(pool.kinds.get(kind, []))
        # Nobody signs for an account of a program.
        if not meta.is_signer:
            candidates += pool.strangers(kind)
        for held in candidates:
            if held.address != meta.pubkey:
                yield "account", where, held.name, _put(subject.call, index, held.address)
        if index < len(named) and named[index].optional and not absent:
            yield "absent", where, "absent", _put(subject.call, index, PROGRAM_ID)


def _aliases(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> _Made:
    """Every account by every other of the same call."""
    accounts = subject.call.accounts
    for index, other in itertools.permutations(range(len(accounts)), 2):
        address = accounts[other].pubkey
        # Nobody signs for an account of a program.
        can = pool.kind(address) == "wallet" or not accounts[index].is_signer
        if can and address != accounts[index].pubkey:
            yield "alias", subject.place(index), subject.place(other), _put(subject.call, index, address)


def _flags(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> _Made:
    """Each account's privileges turned over, wherever the call names it: a transaction joins them."""
    for index, meta in enumerate(subject.call.accounts):
        for flag in ("signer", "writable"):
            held = meta.is_signer if flag == "signer" else meta.is_writable

            def turned(
                other: AccountMeta, meta: AccountMeta = meta, flag: str = flag, held: bool = held
            ) -> AccountMeta:
                if other.pubkey != meta.pubkey:
                    return other
                signer = not held if flag == "signer" else other.is_signer
                return AccountMeta(
                    other.pubkey, signer, not held if flag == "writable" else other.is_writable
                )

            call = _with(subject.call, [turned(other) for other in subject.call.accounts])
            yield "flag", subject.place(index), f"{'not ' if held else ''}{flag}", call


def _further(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> _Made:
    """Accounts after the named ones: dropped, doubled, swapped, and foreign ones before and after them."""
    count = len(idl.slots(subject.good.instruction))
    named, further = list(subject.call.accounts[:count]), list(subject.call.accounts[count:])
    for index in range(len(further)):
        rest = further[:index] + further[index + 1 :]
        yield "further", f"further {index}", "dropped", _with(subject.call, named + rest)
        for at in range(len(further) + 1):
            doubled = [*further[:at], further[index], *further[at:]]
            yield "further", f"further {index}", f"again at {at}", _with(subject.call, named + doubled)
        for other in range(index):
            swapped = list(further)
            swapped[index], swapped[other] = swapped[other], swapped[index]
            yield "further", f"further {index}", f"swapped with {other}", _with(subject.call, named + swapped)
    if further:
        yield "further", "all", "dropped", _with(subject.call, named)
    # One stands for all where none is read.
    foreign_ones = pool.strangers("none") if further else pool.kinds["Commit"][:1]
    for held in foreign_ones:
        foreign = AccountMeta(held.address, False, True)
        for where, there in (("first", [foreign, *further]), ("last", [*further, foreign])):
            yield "further", where, f"foreign {held.kind}", _with(subject.call, named + there)


def _short(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> _Made:
    """Fewer accounts than the instruction names."""
    for count in range(len(idl.slots(subject.good.instruction))):
        yield "short", f"{count} accounts", "cut", _with(subject.call, subject.call.accounts[:count])


def _integers(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> _Made:
    """Each integer argument at its ends and at each boundary of the protocol."""
    data = bytes(subject.call.data)
    for integer in idl.integers(subject.good.instruction, data):
        low = -(1 << (8 * integer.size - 1)) if integer.signed else 0
        for value in {*_BOUNDARIES, low, low + (1 << 8 * integer.size) - 1}:
            if low <= value < low + (1 << 8 * integer.size) and value != integer.value(data):
                call = _with(subject.call, subject.call.accounts, integer.set(data, value))
                yield "integer", integer.path, str(value), call


def _data(subject: Subject, pool: Pool, optional: dict[tuple[str, str], str]) -> _Made:
    """Bytes too few, too many, or of no instruction."""
    data = bytes(subject.call.data)
    for what, changed in {
        "one byte less": data[:-1],
        "no arguments": data[:8] if len(data) > 8 else data[:7],
        "one byte more": data + b"\0",
        "no instruction": bytes(8) + data[8:],
        "nothing": b"",
    }.items():
        yield "data", "data", what, _with(subject.call, subject.call.accounts, changed)


def twins(subject: Subject) -> Iterator[Case]:
    """Some, but not all, of a call's accounts are those of the twin."""
    pairs = {
        mine.pubkey: other.pubkey
        for mine, other in zip(subject.call.accounts, subject.twin.accounts, strict=True)
        if mine.pubkey != other.pubkey
    }
    names = {meta.pubkey: subject.place(index) for index, meta in enumerate(subject.call.accounts)}
    for count in range(1, len(pairs)):
        for chosen in itertools.combinations(pairs, count):
            accounts = [
                AccountMeta(pairs[meta.pubkey], meta.is_signer, meta.is_writable)
                if meta.pubkey in chosen
                else meta
                for meta in subject.call.accounts
            ]
            what = ", ".join(names[address] for address in chosen)
            yield Case(subject, "twin", "some", what, _with(subject.call, accounts))
