"""A chain that never ran: random histories of events in the program's own form, told as a node tells them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from solders.pubkey import Pubkey
from solders.signature import Signature

from federity._generated import constants, events, types
from federity._generated.events import EVENT_TAG
from federity._generated.program import program_id
from federity.chain.base import InnerInstruction, TransactionRecord
from federity.chain.events import decode_events
from federity.objects import Location
from federity.repository.reports.rules import Rules

NOBODY = Pubkey.default()
GENESIS = bytes(range(32))


def key(*parts: object) -> Pubkey:
    """An address that follows from its name."""
    return Pubkey.from_bytes(hashlib.sha256(repr(parts).encode()).digest())


def record(seed: object, slot: int, found: list[events.Event], failed: bool = False) -> TransactionRecord:
    """A transaction that made these events, decoded from the bytes of its self-calls."""
    signature = hashlib.sha512(repr(seed).encode()).digest()
    inner = tuple(
        InnerInstruction(0, program_id(), (), EVENT_TAG + one.DISCRIMINATOR + one.encode()) for one in found
    )
    return TransactionRecord(
        signature=Signature.from_bytes(signature),
        slot=slot,
        time=1_790_000_000 + slot * 2 // 5,
        fee=5000,
        compute_units=1,
        failure=None,
        logs=(),
        inner=inner,
        events=decode_events(inner),
        transaction=b"",
    )


@dataclass
class ToldChain:
    """As much of a `ChainClient` as a follower asks: a history, oldest first, and what of it is final."""

    records: list[TransactionRecord] = field(default_factory=list)
    final: int = 1 << 40

    async def slot(self) -> int:
        """The newest transaction's."""
        return self.records[-1].slot if self.records else 0

    async def final_slot(self) -> int:
        """What a test says."""
        return min(self.final, await self.slot())

    async def genesis_hash(self) -> bytes:
        """Always the same."""
        return GENESIS

    async def history(
        self, address: Pubkey, before: Signature | None = None, limit: int | None = None
    ) -> list[TransactionRecord]:
        """All transactions, newest first: all are the program's."""
        end = len(self.records)
        if before is not None:
            end = next((n for n in range(end - 1, -1, -1) if self.records[n].signature == before), 0)
        start = 0 if limit is None else max(0, end - limit)
        return self.records[start:end][::-1]


class Script:
    """Makes a history, an event a transaction, by chance but by the program's rules."""

    def __init__(self, seed: int, people: int = 8) -> None:
        """Begin with one repository, `people` contributors and a key."""
        self._random = random.Random(seed)
        self._seed = seed
        self._slot = 10
        self._count = 0
        self._branches: list[Pubkey] = []
        self._heads: dict[Pubkey, tuple[Pubkey, int]] = {}
        self._past: dict[Pubkey, list[Pubkey]] = {}
        self._rounds = 0
        self._tags = 0
        self.people = [key(seed, "person", number) for number in range(people)]
        self.repository = key(seed, "repository")

    def _tell(self, *found: events.Event) -> TransactionRecord:
        self._count += 1
        self._slot += self._random.randint(0, 2)
        return record((self._seed, self._count), self._slot, list(found))

    def begin(self) -> Iterator[TransactionRecord]:
        """The repository, its people, its key, its first branch."""
        owner = self.people[0]
        name = b"model"
        yield self._tell(
            events.RepositoryCreated(
                self.repository, owner, name.ljust(32, b"\0"), 1, GENESIS, bytes(32), self._slot
            )
        )
        for person in self.people[1:]:
            yield self._tell(events.MemberAdded(self.repository, person, 2, owner, self._slot))
        proving = key(self._seed, "key")
        yield self._tell(
            events.KeyCreated(proving, b"\1" * 32, owner),
            events.KeyPinned(self.repository, proving, 1, 7, 16384, owner),
        )
        yield self._genesis(b"main", NOBODY)
        yield self._minted(NOBODY, owner)
        yield self._tell(
            events.RepositoryForked(
                key(self._seed, "fork"),
                self.repository,
                self.people[-1],
                name.ljust(32, b"\0"),
                1,
                self._slot,
            )
        )

    def _minted(self, commit: Pubkey, owner: Pubkey) -> TransactionRecord:
        blob = bytes(key("nft", self._seed, commit))
        return self._tell(
            events.NftMinted(
                key("mint", self._seed, commit),
                self.repository,
                commit,
                owner,
                blob,
                _local(blob),
                self._slot,
            )
        )

    def tag(self) -> Iterator[TransactionRecord]:
        """A tag of a head, which is moved, or taken off again."""
        chance = self._random
        past = self._past[chance.choice(self._branches)]
        self._tags += 1
        tag, name = key(self._seed, "tag", self._tags), f"v{self._tags}".encode().ljust(32, b"\0")
        note = bytes(key("words", self._tags))
        first, owner = chance.choice(past), self.people[0]
        yield self._tell(events.TagCreated(self.repository, tag, name, first, owner, note, self._slot))
        if chance.random() < 0.3:
            later = chance.choice(past)
            yield self._tell(events.TagMoved(tag, first, later, owner, bytes(32), 1, self._slot))
        elif chance.random() < 0.3:
            yield self._tell(events.TagClosed(self.repository, tag, name, first, owner))

    def _genesis(self, name: bytes, ancestor: Pubkey) -> TransactionRecord:
        branch, commit = key(self._seed, name), key(self._seed, name, "genesis")
        self._branches.append(branch)
        self._heads[branch] = commit, 0
        self._past[branch] = [commit]
        blob = hashlib.sha256(name).digest()
        rules = Rules(protected=True, min_level=1, approvals=1).arguments()
        return self._tell(
            events.GenesisCreated(
                self.repository,
                branch,
                commit,
                name.ljust(32, b"\0"),
                self.people[0],
                ancestor,
                hashlib.sha256(b"lineage" + name).digest(),
                bytes(31) + b"\1",
                blob,
                _local(blob),
                1,
                rules,
                self._slot,
            )
        )

    def round(self) -> Iterator[TransactionRecord]:
        """A round with some commits: proved, reviewed, merged, or one that comes to nothing."""
        chance, self._rounds = self._random, self._rounds + 1
        branch = chance.choice(self._branches)
        head, seq = self._heads[branch]
        round_ = key(self._seed, "round", self._rounds)
        rules = Rules(protected=True, min_level=1, approvals=1).arguments()
        yield self._tell(
            events.RoundOpened(round_, branch, self._rounds, 1, self.people[0], rules, self._slot)
        )
        accepted: list[Pubkey] = []
        for person in chance.sample(self.people, chance.randint(1, len(self.people))):
            commit = key(self._seed, "commit", self._rounds, person)
            blob = bytes(key(self._seed, "blob", self._rounds, person))
            units = chance.randint(1, 3)
            yield self._tell(
                events.CommitCreated(
                    commit,
                    self.repository,
                    branch,
                    round_,
                    head,
                    person,
                    constants.KIND_UPDATE,
                    2,
                    0,
                    blob,
                    _local(blob),
                    key(self._seed, "key"),
                    units,
                    chance.randint(0, 500),
                    120_000,
                    900_000,
                    0,
                    self._slot,
                )
            )
            whole = chance.random() < 0.9
            for unit in range(units if whole else units - 1):
                yield self._tell(
                    events.UnitProved(commit, unit, bytes([unit]) * 32, 1000 * (unit + 1), unit + 1, units)
                )
            if not whole:
                yield self._tell(events.PointsClosed(commit, 0), events.CommitClosed(commit, round_, person))
                continue
            rejected = chance.random() < 0.1
            verdict, words = (2, bytes(32)) if rejected else (1, bytes(key("note", self._rounds, person)))
            yield self._tell(
                events.ReviewCreated(
                    commit, self.people[0], verdict, words, int(not rejected), int(rejected), self._slot
                )
            )
            if not rejected:
                yield self._tell(
                    events.CommitAccepted(round_, commit, len(accepted), 100, bytes([len(accepted)] * 32))
                )
                accepted.append(commit)
        if not accepted or chance.random() < 0.1:
            yield self._tell(events.RoundExpired(round_, branch, len(accepted), self._slot))
            return
        merge = key(self._seed, "merge", self._rounds)
        yield self._tell(events.RoundLocked(round_, branch, head, seq, len(accepted), b"\2" * 32, NOBODY, 1))
        yield self._tell(events.MergeBegun(round_, merge, head, self.people[0], 1, self._slot))
        yield self._tell(
            events.MergeAdded(round_, merge, 0, len(accepted), b"\3" * 64),
            self._move(branch, round_, head, merge, seq + 1),
        )
        if chance.random() < 0.1:
            yield self._minted(accepted[0], self.people[0])

    def operation(self) -> Iterator[TransactionRecord]:
        """A head plus or minus others, which is finished or given up."""
        chance = self._random
        branch = chance.choice(self._branches)
        head, seq = self._heads[branch]
        self._rounds += 1
        operation, result = key(self._seed, "operation", self._rounds), key(self._seed, "sum", self._rounds)
        others = [one for one in self._past[branch] if one != head]
        picked = chance.sample(others, min(len(others), chance.randint(1, 3)))
        if not picked:
            return
        terms = tuple(
            types.NamedTerm(commit, types.TermArgs(bool(number % 2), number + 1, 255))
            for number, commit in enumerate([head, *picked])
        )
        yield self._tell(
            events.OperationCreated(
                operation, branch, head, self.people[0], result, 0, terms, b"\5" * 32, self._slot
            )
        )
        for person in chance.sample(self.people, 2):
            words = bytes(key("remark", self._rounds, person))
            yield self._tell(events.RemarkCreated(operation, person, chance.randint(1, 3), words, self._slot))
        yield self._tell(events.OperationApproved(operation, self.people[0], self._slot))
        if chance.random() < 0.3:
            yield self._tell(events.OperationClosed(operation, branch, self.people[0]))
        else:
            yield self._tell(self._move(branch, operation, head, result, seq + 1))

    def branch(self) -> TransactionRecord:
        """A fork of a head, or a new base."""
        name = f"b{len(self._branches)}".encode()
        old = self._random.choice(self._branches)
        point = self._random.choice(self._past[old])
        if self._random.random() < 0.3:
            return self._genesis(name, point)
        branch = key(self._seed, name)
        self._branches.append(branch)
        self._heads[branch] = point, 0
        self._past[branch] = [point]
        rules = Rules().arguments()
        return self._tell(
            events.BranchCreated(
                self.repository,
                branch,
                name.ljust(32, b"\0"),
                self.people[0],
                b"\7" * 32,
                point,
                rules,
                self._slot,
            )
        )

    def _move(self, branch: Pubkey, by: Pubkey, old: Pubkey, new: Pubkey, seq: int) -> events.HeadMoved:
        self._heads[branch] = new, seq
        self._past[branch].append(new)
        return events.HeadMoved(
            branch, by, old, new, seq, 1, 1 << 40, bytes(32), types.BlobLocation(0, bytes(32)), self._slot
        )

    def play(self, steps: int) -> Iterator[TransactionRecord]:
        """The beginning, then so many rounds, operations, tags and branches by chance."""
        yield from self.begin()
        for _ in range(steps):
            what = self._random.random()
            if what < 0.8:
                yield from self.round()
            elif what < 0.9:
                yield from self.operation()
            elif what < 0.95:
                yield from self.tag()
            else:
                yield self.branch()


def _local(blob: bytes) -> types.BlobLocation:
    location = Location.local(blob)
    return types.BlobLocation(int(location.tag), location.id)


def forked(records: list[TransactionRecord], at: int, seed: int) -> list[TransactionRecord]:
    """The same history up to a transaction, then the same events in other transactions, one left out."""
    lost = records[at:]
    return records[:at] + [
        replace(
            one, signature=Signature.from_bytes(hashlib.sha512(bytes(one.signature) + bytes([seed])).digest())
        )
        for number, one in enumerate(lost)
        if number != len(lost) // 2
    ]
