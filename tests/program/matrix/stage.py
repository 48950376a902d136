"""A repository in which every instruction has a call that would go through now.

Two stages of one name stand on one machine, built in lock-step: the same people, branches and rounds, another
owner. Nothing is sent once they stand; attacks are simulated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import constants, instructions, types
from federity.chain import pda
from program.matrix.cast import (
    ALICE,
    BOB,
    BRIEF,
    KEEPER,
    LATE,
    LONG,
    MAINTAINER,
    NEWCOMER,
    PEOPLE,
    PLACE,
    PROPOSED,
    RULES_NOW,
    STRANGER,
)
from program.proving import N, Prover, pin
from program.world import Sent, World, g1, metas

NOTE = b"\x05" * 32

__all__ = [
    "ALICE",
    "BOB",
    "BRIEF",
    "KEEPER",
    "LATE",
    "MAINTAINER",
    "NEWCOMER",
    "NOTE",
    "PEOPLE",
    "PLACE",
    "PROPOSED",
    "RULES_NOW",
    "STRANGER",
    "Stage",
]


class _Captured(Exception):
    """Ends a call of the small world before it is sent."""


class Stage(World):
    """One owner's repository; `beside` is the stage whose machine it shares."""

    def __init__(self, program: bytes, prover: Prover, owner: Keypair, beside: Stage | None = None) -> None:
        super().__init__(program, owner=owner)
        if beside is not None:
            self.svm = beside.svm
        self.prover = prover
        self.label = ""
        self._captured: Instruction | None = None
        self._capturing = False
        self.publish(RULES_NOW, tau_g2=prover.tau_g2)
        for who, role in PEOPLE.items():
            self.invite(who, role)
        if self.data(prover.address) is None:
            self.create_key(prover.verifying_key)
        self.pin = pin(self, prover)

    def send(self, *calls: Instruction, signers: Sequence[Keypair] = ()) -> Sent:
        if self._capturing:
            (self._captured,) = calls
            raise _Captured
        return super().send(*calls, signers=signers)

    def captured(self, act: Callable[[], object]) -> Instruction:
        """The one call that `act` sends, unsent."""
        self._capturing, self._captured = True, None
        try:
            act()
        except _Captured:
            pass
        finally:
            self._capturing = False
        assert self._captured is not None, "nothing was sent"
        return self._captured

    # What the small world has no short way to.

    def fresh(self, rules: types.Rules = RULES_NOW, chunks: int = 1) -> Pubkey:
        """A branch of the present builder's own, and go there."""
        return self.publish_branch(self.label, rules, chunks)

    def opened(
        self, rules: types.Rules = RULES_NOW, kind: int = constants.ROUND_OPEN, chunks: int = 1
    ) -> Pubkey:
        """A round on a fresh branch."""
        self.fresh(rules, chunks)
        return self.open_round(ALICE if kind == constants.ROUND_SOLO else KEEPER, kind)

    def filled(self, round_: Pubkey, *authors: Keypair, chunks: int = 1) -> list[Pubkey]:
        """Complete commits with every point."""
        made = []
        for number, who in enumerate(authors):
            commit = self.propose(round_, who, parts=chunks)
            for chunk in range(chunks):
                if chunk:
                    self.create_points(commit, chunk)
                self.declare(commit, who, g1(number + 1), chunk)
            made.append(commit)
        return made

    def locked(self, rules: types.Rules = RULES_NOW, chunks: int = 1) -> tuple[Pubkey, list[Pubkey]]:
        """A locked round over commits of alice and bob."""
        round_ = self.opened(rules, chunks=chunks)
        commits = self.filled(round_, ALICE, BOB, chunks=chunks)
        for commit in commits:
            self.accept(round_, commit)
        self.lock(round_, MAINTAINER)
        return round_, commits

    def expired(self, *authors: Keypair, chunks: int = 1) -> tuple[Pubkey, list[Pubkey]]:
        """An expired round with its authors' commits, none of them accepted."""
        round_ = self.opened(BRIEF, chunks=chunks)
        commits = self.filled(round_, *authors, chunks=chunks)
        self.pass_slots(4)
        self.expire(round_)
        return round_, commits

    def create_repository(self, name: str) -> Sent:
        """Create another repository of the owner's."""
        repository = pda.repository(self.owner.pubkey(), name)
        call = instructions.repository_create(
            payer=self.payer.pubkey(),
            authority=self.owner.pubkey(),
            repository=repository,
            member=pda.member(repository, self.owner.pubkey()),
            name=pda.padded_name(name),
            flags=1,
            cluster=bytes(32),
            tau_g2=self.prover.tau_g2,
        )
        return self.send(call, signers=[self.owner])

    def forked(self) -> Sent:
        """Create a fork of the repository, the owner's as well."""
        repository = pda.repository(self.owner.pubkey(), self.label)
        call = instructions.repository_fork(
            payer=self.payer.pubkey(),
            authority=self.owner.pubkey(),
            ancestor=self.repository,
            repository=repository,
            member=pda.member(repository, self.owner.pubkey()),
            name=pda.padded_name(self.label),
            flags=1,
        )
        return self.send(call, signers=[self.owner])

    def branch_of_fork(self, head: Pubkey) -> Sent:
        """In that fork, create a branch at a head of the repository."""
        fork = pda.repository(self.owner.pubkey(), self.label)
        call = instructions.branch_create(
            payer=self.payer.pubkey(),
            authority=self.owner.pubkey(),
            member=pda.member(fork, self.owner.pubkey()),
            repository=fork,
            source=self.account(head).branch,
            commit=head,
            origin=self.repository,
            branch=pda.branch(fork, "main"),
            name=pda.padded_name("main"),
            rules=RULES_NOW,
        )
        return self.send(call, signers=[self.owner])

    def pin_key(self, verifying_key: bytes) -> Sent:
        """Pin a key that is on the chain."""
        key = pda.key(verifying_key)
        call = instructions.key_pin(
            payer=self.payer.pubkey(),
            authority=self.owner.pubkey(),
            repository=self.repository,
            member=self.member(self.owner),
            key=key,
            key_pin=pda.key_pin(self.repository, key),
            relation=constants.RELATION_UPDATE,
            width=constants.UPDATE_WIDTH,
            n=N,
        )
        return self.send(call, signers=[self.owner])

    def create_key(self, verifying_key: bytes) -> Sent:
        """Put a key on the chain."""
        call = instructions.key_create(
            payer=self.payer.pubkey(),
            key=pda.key(verifying_key),
            hash=hashlib.sha256(verifying_key).digest(),
            bytes_=verifying_key,
        )
        return self.send(call)

    def delegate(self, who: Keypair, to: Pubkey) -> Sent:
        """Name a member's delegate."""
        call = instructions.member_delegate(
            authority=who.pubkey(),
            repository=self.repository,
            member=self.member(who),
            delegate=to,
            role=constants.ROLE_CONTRIBUTOR,
            expires=0,
        )
        return self.send(call, signers=[who])

    def set_role(self, who: Keypair, role: int, by: Keypair | None = None) -> Sent:
        """Give a member another role; without `by` it steps down itself."""
        call = instructions.member_role(
            authority=(by or who).pubkey(),
            authority_member=self.member(by) if by else None,
            repository=self.repository,
            member=self.member(who),
            role=role,
        )
        return self.send(call, signers=[by or who])

    def offer(self, to: Keypair) -> Sent:
        """Offer the repository, long enough."""
        call = instructions.repository_offer(
            authority=self.owner.pubkey(),
            repository=self.repository,
            to=to.pubkey(),
            expires=self.slot + LONG,
        )
        return self.send(call, signers=[self.owner])

    def void(self, commit: Pubkey, reviewer: Keypair, by: Keypair, *, member: bool) -> Sent:
        """Take back a veto, as the owner or because the reviewer has lost the power."""
        account = self.account(commit)
        call = instructions.review_void(
            authority=by.pubkey(),
            member=self.member(by) if member else None,
            repository=self.repository,
            commit=commit,
            round=account.round,
            review=pda.review(commit, reviewer.pubkey()),
            reviewer=self.member(reviewer),
        )
        return self.send(call, signers=[by])

    def branch_off(self, name: str, source: Pubkey, commit: Pubkey, by: Keypair) -> Sent:
        """Create a branch at a commit of another."""
        call = instructions.branch_create(
            payer=self.payer.pubkey(),
            authority=by.pubkey(),
            member=self.member(by),
            repository=self.repository,
            source=source,
            commit=commit,
            branch=pda.branch(self.repository, name),
            name=pda.padded_name(name),
            rules=RULES_NOW,
        )
        return self.send(call, signers=[by])

    def weigh(self, round_: Pubkey, commits: Sequence[Pubkey], weights: Sequence[int], **shape: Any) -> Sent:
        """Write the keeper's weights."""
        call = instructions.weights_write(
            authority=KEEPER.pubkey(),
            member=self.member(KEEPER),
            repository=self.repository,
            round=round_,
            restart=shape.get("restart", False),
            weights=tuple(weights),
            remaining=metas(commits, writable=True),
        )
        return self.send(call, signers=[KEEPER])

    def approve(self, round_: Pubkey, who: Keypair) -> Sent:
        """Approve a merge."""
        state = self.account(round_)
        call = instructions.merge_approve(
            payer=self.payer.pubkey(),
            authority=who.pubkey(),
            member=self.member(who),
            repository=self.repository,
            round=round_,
            approval=pda.approval(round_, who.pubkey()),
            set_hash=state.set_hash,
            weights_hash=state.weights_hash,
        )
        return self.send(call, signers=[who])

    def extend(self, round_: Pubkey, chunk: int, head_points: Pubkey | None = None) -> Sent:
        """Give the merge its next chunk."""
        merge = pda.merge(round_)
        call = instructions.merge_extend(
            payer=self.payer.pubkey(),
            round=round_,
            merge=merge,
            head=self.account(round_).head,
            head_points=head_points,
            points=pda.points(merge, chunk),
            chunk=chunk,
        )
        return self.send(call)

    def finished(self, round_: Pubkey, commits: Sequence[Pubkey], chunks: int, both: bytes) -> None:
        """Merge a locked round of equal weights whose every chunk adds up to `both`."""
        self.begin(round_, STRANGER)
        for chunk in range(chunks):
            if chunk:
                self.extend(round_, chunk)
            self.merge_add(round_, commits, both, chunk)
        self.finish(round_, STRANGER)

    def post(self, commit: Pubkey, who: Keypair) -> Sent:
        """Say where a blob is."""
        call = instructions.location_create(
            payer=self.payer.pubkey(),
            authority=who.pubkey(),
            commit=commit,
            location_address=pda.location(commit, who.pubkey()),
            blob_hash=b"\x04" * 32,
            location=PLACE,
        )
        return self.send(call, signers=[who])

    def remark(self, subject: Pubkey, who: Keypair) -> Sent:
        """Say something of a proposal."""
        call = instructions.remark_create(
            payer=self.payer.pubkey(),
            authority=who.pubkey(),
            member=self.member(who),
            repository=self.repository,
            subject=subject,
            remark=pda.remark(subject, who.pubkey(), NOTE),
            verdict=constants.VERDICT_COMMENT,
            note_hash=NOTE,
        )
        return self.send(call, signers=[who])

    def close_round(self, round_: Pubkey) -> Sent:
        """Close a round."""
        return self.send(instructions.round_close(round=round_, payer=self.account(round_).payer))

    def close_record(self, subject: Pubkey, who: Keypair, **record: Pubkey) -> Sent:
        """Close a review, a location, an approval or a remark."""
        (address,) = record.values()
        call = instructions.record_close(
            authority=who.pubkey(), subject=subject, payer=self.account(address).payer, **record
        )
        return self.send(call, signers=[who])
