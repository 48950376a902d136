"""A small world for the program: a virtual machine, wallets, and the shortest way to send an instruction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from py_ecc import optimized_bn128 as bn128
from solders.compute_budget import set_compute_unit_limit
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from federity._generated import accounts, instructions, types
from federity._generated.constants import ROLE_MAINTAINER, ROLE_OWNER, RULES_VERSION
from federity._generated.errors import ERRORS
from federity._generated.events import EVENT_TAG, decode_event
from federity._generated.program import PROGRAM_ID
from federity.chain import pda

__all__ = [
    "NOWHERE",
    "RULES",
    "Refused",
    "Sent",
    "World",
    "add",
    "error_of",
    "g1",
    "metas",
    "named",
    "refused",
    "scaled",
    "tau_times_g2",
    "wallet",
]

NOWHERE = types.BlobLocation(tag=0, id=bytes(32))
RULES = types.Rules(
    version=RULES_VERSION,
    protected=False,
    min_level=0,
    weighting=0,
    approvals=0,
    merge_approvals=0,
    allow_server=False,
    allow_sealed=False,
    rules_role=ROLE_OWNER,
    operate_role=ROLE_MAINTAINER,
    max_staleness=2,
    max_weight=1 << 16,
    max_samples=(1 << 32) - 1,
    norm_bound=1 << 40,
    propose_slots=100,
    review_slots=100,
    merge_slots=100,
)
_FUNDS = 10**12
# Codes of the program's framework, of the system program and of Token-2022.
_FOREIGN = {
    0: "AccountAlreadyInUse",
    1: "ResultWithNegativeLamports",
    3: "MintMismatch",
    2000: "ConstraintMut",
    2001: "ConstraintHasOne",
    2003: "ConstraintRaw",
    2005: "ConstraintRentExempt",
    2007: "ConstraintExecutable",
    2011: "ConstraintClose",
    2012: "ConstraintAddress",
    2013: "ConstraintZero",
    2019: "ConstraintSpace",
    2020: "ConstraintAccountIsNone",
    2040: "ConstraintDuplicateMutableAccount",
}


def wallet(name: str) -> Keypair:
    """The same key pair for the same name, in every run."""
    return Keypair.from_seed(hashlib.sha256(b"federity/test/" + name.encode()).digest())


def _bytes(point: Any) -> bytes:
    if bn128.is_inf(point):
        return bytes(64)
    x, y = bn128.normalize(point)
    return int(x).to_bytes(32, "big") + int(y).to_bytes(32, "big")


def _point(data: bytes) -> Any:
    if not any(data):
        return bn128.Z1
    x, y = (int.from_bytes(half, "big") for half in (data[:32], data[32:]))
    return bn128.FQ(x), bn128.FQ(y), bn128.FQ(1)


def g1(scalar: int) -> bytes:
    """`scalar` times the generator, 64 bytes."""
    return _bytes(bn128.multiply(bn128.G1, scalar))


def scaled(point: bytes, scalar: int) -> bytes:
    """`scalar` times a point."""
    return _bytes(bn128.multiply(_point(point), scalar))


def add(*points: bytes) -> bytes:
    """The sum of points."""
    total = bn128.Z1
    for point in points:
        total = bn128.add(total, _point(point))
    return _bytes(total)


def metas(addresses: Sequence[Pubkey], writable: bool = False) -> list[AccountMeta]:
    """Further accounts."""
    return [AccountMeta(address, False, writable) for address in addresses]


class Refused(Exception):
    """The runtime or the program refused; `name` is the program's name of the error where it has one."""

    def __init__(self, name: str, code: int | None, logs: Sequence[str]) -> None:
        super().__init__(f"{name} ({code})\n" + "\n".join(logs))
        self.name, self.code, self.logs = name, code, logs


def error_of(failed: FailedTransactionMetadata) -> tuple[str, int | None]:
    """The name of an error of the program, its framework, the system program or the runtime; and its code."""
    error = getattr(failed.err(), "err", failed.err())
    code = getattr(error, "code", None)
    if code is None:
        return str(error).rsplit(".", 1)[-1], None
    return ERRORS[code][0] if code in ERRORS else _FOREIGN.get(code, f"Custom {code}"), code


@dataclass(frozen=True)
class Sent:
    """A transaction that went through."""

    calls: tuple[Instruction, ...]
    events: list[Any]
    units: int
    size: int

    @property
    def event(self) -> Any:
        """The one event."""
        assert len(self.events) == 1, self.events
        return self.events[0]


@dataclass
class World:
    """A virtual machine with the program, and an owner's repository on it once `publish` was called."""

    program: bytes
    svm: LiteSVM = field(init=False)
    payer: Keypair = field(default_factory=lambda: wallet("payer"))
    owner: Keypair = field(default_factory=lambda: wallet("owner"))
    repository: Pubkey = field(init=False)
    branch: Pubkey = field(init=False)
    sent: list[Sent] = field(default_factory=list)
    commits: list[Pubkey] = field(default_factory=list)
    authors: dict[Pubkey, Keypair] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.svm = LiteSVM()
        self.svm.add_program(PROGRAM_ID, self.program)
        self.svm.airdrop(self.payer.pubkey(), _FUNDS)
        self.svm.warp_to_slot(1000)

    @property
    def slot(self) -> int:
        """The present slot."""
        return int(self.svm.get_clock().slot)

    def pass_slots(self, slots: int) -> None:
        """Let time pass."""
        self.svm.warp_to_slot(self.slot + slots)

    def send(self, *calls: Instruction, signers: Sequence[Keypair] = ()) -> Sent:
        """Send one transaction, paid by `payer`. Raises Refused."""
        self.svm.expire_blockhash()
        message = Message.new_with_blockhash(
            [set_compute_unit_limit(1_400_000), *calls], self.payer.pubkey(), self.svm.latest_blockhash()
        )
        transaction = Transaction([self.payer, *signers], message, self.svm.latest_blockhash())
        result = self.svm.send_transaction(transaction)
        if isinstance(result, FailedTransactionMetadata):
            raise Refused(*error_of(result), result.meta().logs())
        inner = [bytes(call.instruction().data) for made in result.inner_instructions() for call in made]
        found = [decode_event(data[len(EVENT_TAG) :]) for data in inner if data.startswith(EVENT_TAG)]
        done = Sent(calls, found, result.compute_units_consumed(), len(bytes(transaction)))
        self.sent.append(done)
        return done

    def send_unsigned(self, *calls: Instruction) -> None:
        """Send a transaction whose signers other than `payer` did not sign, as if a program had."""
        self.svm = self.svm.with_sigverify(False)
        message = Message.new_with_blockhash(calls, self.payer.pubkey(), self.svm.latest_blockhash())
        result = self.svm.send_transaction(Transaction.new_unsigned(message))
        self.svm = self.svm.with_sigverify(True)
        assert not isinstance(result, FailedTransactionMetadata), result

    def data(self, address: Pubkey) -> bytes | None:
        """The bytes of an account that exists."""
        account = self.svm.get_account(address)
        return bytes(account.data) if account is not None and account.lamports else None

    def account(self, address: Pubkey) -> Any:
        """A decoded account of the program."""
        data = self.data(address)
        assert data is not None, address
        decoded = accounts.decode_account(data)
        assert decoded is not None, address
        return decoded

    def member(self, who: Keypair) -> Pubkey:
        """The address of a wallet's membership."""
        return pda.member(self.repository, who.pubkey())

    # The shortest way to each instruction, with the usual accounts; tests of refusals build their own.

    def publish(self, rules: types.Rules = RULES, chunks: int = 1, tau_g2: bytes | None = None) -> Pubkey:
        """Create the owner's repository `model` with the branch `main`; returns the branch."""
        self.repository = pda.repository(self.owner.pubkey(), "model")
        self.send(
            instructions.repository_create(
                payer=self.payer.pubkey(),
                authority=self.owner.pubkey(),
                repository=self.repository,
                member=self.member(self.owner),
                name=pda.padded_name("model"),
                flags=1,
                cluster=bytes(32),
                tau_g2=tau_g2 or tau_times_g2(7),
            ),
            signers=[self.owner],
        )
        return self.publish_branch("main", rules, chunks)

    def publish_branch(
        self,
        name: str,
        rules: types.Rules = RULES,
        chunks: int = 1,
        *,
        ancestor: Pubkey | None = None,
        base_hash: bytes = b"\x02" * 32,
    ) -> Pubkey:
        """Create a branch with a genesis and go there; returns it."""
        self.branch = pda.branch(self.repository, name)
        self.send(
            instructions.genesis_create(
                payer=self.payer.pubkey(),
                authority=self.owner.pubkey(),
                member=self.member(self.owner),
                repository=self.repository,
                branch=self.branch,
                commit=pda.genesis(self.branch),
                ancestor=ancestor,
                name=pda.padded_name(name),
                manifest_hash=b"\x01" * 32,
                base_hash=base_hash,
                location=types.BlobLocation(tag=1, id=base_hash),
                chunks=chunks,
                rules=rules,
            ),
            signers=[self.owner],
        )
        return self.branch

    def protect(self, rules: types.Rules, by: Keypair | None = None) -> Sent:
        """Set the branch's rules."""
        by = by or self.owner
        return self.send(
            instructions.branch_protect(
                authority=by.pubkey(),
                member=self.member(by),
                repository=self.repository,
                branch=self.branch,
                rules=rules,
            ),
            signers=[by],
        )

    def invite(self, who: Keypair, role: int, by: Keypair | None = None) -> Pubkey:
        """Give a wallet a role; returns the membership."""
        return self.invite_address(who.pubkey(), role, by)

    def invite_address(self, who: Pubkey, role: int, by: Keypair | None = None) -> Pubkey:
        """Give an address a role; returns the membership."""
        by = by or self.owner
        member = pda.member(self.repository, who)
        self.send(
            instructions.member_add(
                payer=self.payer.pubkey(),
                authority=by.pubkey(),
                authority_member=self.member(by),
                repository=self.repository,
                member=member,
                wallet=who,
                role=role,
            ),
            signers=[by],
        )
        return member

    def remove(self, who: Keypair) -> Sent:
        """Take a wallet's role."""
        call = instructions.member_remove(
            authority=self.owner.pubkey(),
            authority_member=self.member(self.owner),
            repository=self.repository,
            member=self.member(who),
            payer=self.account(self.member(who)).payer,
        )
        return self.send(call, signers=[self.owner])

    def next_round(self) -> Pubkey:
        """The address of the branch's next round."""
        return pda.round_(self.branch, self.account(self.branch).round_count)

    def open_round(self, who: Keypair, kind: int = 1) -> Pubkey:
        """Open a round; returns its address."""
        round_ = self.next_round()
        self.send(
            instructions.round_open(
                payer=self.payer.pubkey(),
                authority=who.pubkey(),
                member=self.member(who),
                repository=self.repository,
                branch=self.branch,
                round=round_,
                kind=kind,
            ),
            signers=[who],
        )
        return round_

    def propose(
        self,
        round_: Pubkey,
        who: Keypair,
        *,
        parent: Pubkey | None = None,
        key_pin: Pubkey | None = None,
        shift: int = 0,
        parts: int = 1,
        samples: int = 100,
        flags: int = 0,
    ) -> Pubkey:
        """Create a commit; returns its address."""
        commit = pda.commit(round_, who.pubkey())
        self.send(
            instructions.commit_create(
                payer=self.payer.pubkey(),
                authority=who.pubkey(),
                member=self.member(who),
                repository=self.repository,
                branch=self.branch,
                round=round_,
                parent=parent or self.account(self.branch).head,
                key_pin=key_pin,
                commit=commit,
                blob_hash=b"\x03" * 32,
                location=NOWHERE,
                shift=shift,
                flags=flags,
                parts=parts,
                samples=samples,
                loss=0,
                accuracy=0,
                epsilon=0,
            ),
            signers=[who],
        )
        self.authors[commit] = who
        return commit

    def declare(self, commit: Pubkey, who: Keypair, point: bytes, chunk: int = 0) -> Sent:
        """Declare a chunk's point."""
        return self.send(
            instructions.commit_declare(
                authority=who.pubkey(),
                member=self.member(who),
                repository=self.repository,
                commit=commit,
                points=pda.points(commit, chunk) if chunk else None,
                chunk=chunk,
                point=point,
            ),
            signers=[who],
        )

    def create_points(self, commit: Pubkey, chunk: int) -> Sent:
        """Create the account of a further chunk."""
        return self.send(
            instructions.points_create(
                payer=self.payer.pubkey(),
                commit=commit,
                points=pda.points(commit, chunk),
                chunk=chunk,
            )
        )

    def contribute(self, round_: Pubkey, who: Keypair, point: bytes, **shape: Any) -> Pubkey:
        """Propose and declare a commit of one chunk; returns its address."""
        commit = self.propose(round_, who, **shape)
        self.declare(commit, who, point)
        self.commits.append(commit)
        return commit

    def review(self, commit: Pubkey, who: Keypair, verdict: int, round_: Pubkey | None = None) -> Sent:
        """Give a verdict."""
        decider = self.account(commit)
        held = decider.held_by if decider.held_by != Pubkey.default() else decider.round
        return self.send(
            instructions.review_create(
                payer=self.payer.pubkey(),
                authority=who.pubkey(),
                member=self.member(who),
                repository=self.repository,
                commit=commit,
                round=round_ or held,
                review=pda.review(commit, who.pubkey()),
                verdict=verdict,
                note_hash=bytes(32),
            ),
            signers=[who],
        )

    def accept(
        self,
        round_: Pubkey,
        commit: Pubkey,
        previous: Pubkey | None = None,
        voters: Sequence[Keypair] | None = None,
    ) -> Sent:
        """Put a commit into the set, with the reviews of `voters`; of the owner, if it gave one."""
        author = self.account(commit).author
        return self.send(
            instructions.commit_accept(
                repository=self.repository,
                branch=self.branch,
                round=round_,
                commit=commit,
                member=pda.member(self.repository, author),
                previous=previous,
                remaining=self.votes([pda.review(commit, who.pubkey()) for who in voters or [self.owner]]),
            )
        )

    def votes(self, votes: Sequence[Pubkey]) -> list[AccountMeta]:
        """Those votes that exist, each with its voter's membership, in the program's order."""
        found = []
        for address in sorted(votes, key=bytes):
            if self.data(address) is not None:
                vote = self.account(address)
                voter = vote.reviewer if isinstance(vote, accounts.Review) else vote.approver
                found += [address, pda.member(self.repository, voter)]
        return [AccountMeta(address, False, False) for address in found]

    def lock(
        self,
        round_: Pubkey,
        who: Keypair,
        *,
        member: bool = True,
        commit: Pubkey | None = None,
        author: Keypair | None = None,
        voters: Sequence[Keypair] | None = None,
    ) -> Sent:
        """Lock a round; a push of one's own shows the round in progress."""
        current = self.account(self.branch).current_round
        shown = commit is not None and current not in (Pubkey.default(), round_)
        reviews = [pda.review(commit, by.pubkey()) for by in voters or [self.owner]] if commit else []
        return self.send(
            instructions.round_lock(
                authority=who.pubkey(),
                member=self.member(author or who) if member else None,
                repository=self.repository,
                branch=self.branch,
                round=round_,
                commit=commit,
                current=current if shown else None,
                remaining=self.votes(reviews),
            ),
            signers=[who],
        )

    def begin(self, round_: Pubkey, who: Keypair, voters: Sequence[Keypair] | None = None) -> Pubkey:
        """Begin the merge with the approvals of `voters`, else the owner's; returns its commit."""
        self.send(
            instructions.merge_begin(
                payer=self.payer.pubkey(),
                authority=who.pubkey(),
                repository=self.repository,
                round=round_,
                head=self.account(round_).head,
                merge=pda.merge(round_),
                remaining=self.votes([pda.approval(round_, by.pubkey()) for by in voters or [self.owner]]),
            ),
            signers=[who],
        )
        return pda.merge(round_)

    def merge_add(self, round_: Pubkey, commits: Sequence[Pubkey], expected: bytes, chunk: int = 0) -> Sent:
        """Add commits to a chunk of the merge."""
        merge = pda.merge(round_)
        further = [pda.points(commit, chunk) for commit in commits] if chunk else []
        remaining = metas(commits)
        if chunk:
            remaining = [
                meta
                for commit, points in zip(commits, further, strict=True)
                for meta in metas([commit, points])
            ]
        return self.send(
            instructions.merge_add(
                round=round_,
                target=pda.points(merge, chunk) if chunk else merge,
                chunk=chunk,
                expected=expected,
                remaining=remaining,
            )
        )

    def finish(
        self, round_: Pubkey, who: Keypair, *, member: bool = False, blob_hash: bytes = bytes(32)
    ) -> Sent:
        """Move the head."""
        return self.send(
            instructions.merge_finish(
                authority=who.pubkey(),
                member=self.member(who) if member else None,
                repository=self.repository,
                branch=self.branch,
                round=round_,
                merge=pda.merge(round_),
                blob_hash=blob_hash,
                location=NOWHERE,
            ),
            signers=[who],
        )

    def expire(self, round_: Pubkey) -> Sent:
        """Expire a round."""
        return self.send(
            instructions.round_expire(repository=self.repository, branch=self.branch, round=round_)
        )

    def cancel(self, round_: Pubkey, who: Keypair, *, member: bool = True) -> Sent:
        """Cancel a round, as a member or because its opener lapsed."""
        call = instructions.round_cancel(
            authority=who.pubkey(),
            member=self.member(who) if member else None,
            repository=self.repository,
            branch=self.branch,
            round=round_,
            opener=pda.member(self.repository, self.account(round_).opener),
        )
        return self.send(call, signers=[who])

    def current(self, branch: Pubkey) -> Pubkey | None:
        """The branch's round in progress."""
        found = self.account(branch).current_round
        return None if found == Pubkey.default() else found

    def close(
        self, commit: Pubkey, who: Keypair | None = None, *, chunk: int = 0, payer: Pubkey | None = None
    ) -> Sent:
        """Close a commit or, with a chunk, its points; by who pays for all unless somebody is named."""
        who, account = who or self.payer, self.account(commit)
        held = account.held_by if account.held_by != Pubkey.default() else account.round
        points = pda.points(commit, chunk)
        accounts_ = {
            "authority": who.pubkey(),
            "commit": commit,
            "round": held,
            "branch": account.branch,
            "current": None if self.current(account.branch) == held else self.current(account.branch),
            "payer": payer or self.account(points if chunk else commit).payer,
        }
        call = (
            instructions.points_close(points=points, **accounts_)
            if chunk
            else instructions.commit_close(**accounts_)
        )
        return self.send(call, signers=[who] if who != self.payer else [])

    def push(self, who: Keypair, point: bytes, shift: int = 0) -> Pubkey:
        """A push of one's own: a solo round from opening to the moved head; returns the merge."""
        before = self.account(self.account(self.branch).head).chunk.point
        round_ = self.open_round(who, kind=2)
        commit = self.contribute(round_, who, point, shift=shift)
        self.lock(round_, who, commit=commit)
        merge = self.begin(round_, who)
        self.merge_add(round_, [commit], add(before, scaled(point, 1 << (24 - shift))))
        self.finish(round_, who)
        return merge


def tau_times_g2(tau: int) -> bytes:
    """`[tau]G2` in the order of the syscalls."""
    x, y = bn128.normalize(bn128.multiply(bn128.G2, tau % bn128.curve_order))
    parts = (x.coeffs[1], x.coeffs[0], y.coeffs[1], y.coeffs[0])
    return b"".join(int(part).to_bytes(32, "big") for part in parts)


def named(sent: Sent, kind: type[Any]) -> Any:
    """The one event of a kind."""
    assert isinstance(sent.event, kind), sent.event
    return sent.event


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The block must be refused with this error of the program or the runtime."""
    with pytest.raises(Refused) as info:
        yield
    assert info.value.name == name, info.value
