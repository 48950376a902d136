"""The same moves in the model and on the built program, and whether both agree that they are possible."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import constants, instructions, types
from federity.chain import pda
from federity.chain.program import packaged_program
from model.ledger import Ledger
from model.model import ONE, OPEN_ROUND, PAYER, ROLES, Model, Vector
from model.model import Rules as ModelRules
from program.operations import Made
from program.world import RULES, Refused, metas, wallet

ELEMENTS = 8
PEOPLE = {name: wallet(name) for name in ROLES}
_SRS = _native.srs_development(b"federity/test/model", 1 << 4, tempfile.mkdtemp(prefix="federity-model-"))
_PROGRAM = os.environ.get("FEDERITY_PROGRAM")


def point(values: Sequence[int], kind: type[np.int8 | np.int64]) -> bytes:
    """The commitment of one chunk."""
    return _native.commit(_SRS, np.array(values, dtype=kind), 0)


def stored(rules: ModelRules) -> types.Rules:
    """The model's rules as the program takes them."""
    own = {name: value for name, value in vars(rules).items() if name != "slots"}
    phases = dict.fromkeys(("propose_slots", "review_slots", "merge_slots"), rules.slots)
    return replace(RULES, **own, **phases)


class Play:
    """One branch, in the model and in a machine of its own. `played` counts the instructions of all plays,
    `possible` by transition those that went through.
    """

    played: ClassVar[int] = 0
    possible: ClassVar[Counter[str]] = Counter()

    def begin_play(self, chunks: int, weighting: int) -> None:
        """Publish the branch and invite everybody."""
        self.world = Ledger(Path(_PROGRAM).read_bytes() if _PROGRAM else packaged_program())
        self.addresses: list[Pubkey] = []
        self.rounds: list[Pubkey] = []
        self.model = Model(chunks, ELEMENTS, self.world.slot, ModelRules(weighting=weighting))
        self.world.publish(stored(self.model.rules), chunks, _SRS.tau_g2)
        for name, role in ROLES.items():
            if 0 < role < constants.ROLE_MAINTAINER:
                self.world.invite(PEOPLE[name], role)
        self.heads = [pda.genesis(self.world.branch)]  # of the branch, by moves
        self.head_at = list(self.heads)  # by the model's numbers
        self.operations: list[Made] = []
        self.proved = self.heads[0]  # the last head whose points were compared
        self.left: list[tuple[Pubkey, bytes | None]] = []

    def both(self, transition: Callable[[Model], None], act: Callable[[], object]) -> bool:
        """The program refuses exactly what the model calls impossible. Whether it was possible."""
        Play.played += 1
        self.model.slot = self.world.slot
        after = self.model.tried(transition)
        if after is None:
            with pytest.raises(Refused):
                act()
            return False
        act()
        self.model = after
        Play.possible[transition.__code__.co_names[0]] += 1
        return True

    def round_at(self, number: int) -> int:
        """Mostly a round that is not over, the latest first."""
        alive = [k for k, r in enumerate(self.model.rounds) if not r.over]
        if alive and number % 5:
            return alive[-1 - number % min(len(alive), 2)]
        return number % len(self.rounds)

    def expired_at(self, number: int) -> int:
        """An expired round that is still there, if one is."""
        found = [k for k, r in enumerate(self.model.rounds) if r.state == "expired" and not r.closed]
        return found[number % len(found)] if found else number % len(self.rounds)

    def commit_at(self, number: int) -> int:
        return number % len(self.addresses)

    def undecided(self, number: int) -> int:
        """Mostly a commit that may still be judged."""
        found = [
            k
            for k, c in enumerate(self.model.commits)
            if c and self.model.rounds[c.decider].state in ("open", "expired")
        ]
        return found[number % len(found)] if found and number % 5 else self.commit_at(number)

    def commit_of(self, round_: int, number: int) -> int:
        """Mostly a commit that the round decides about."""
        own = [k for k, c in enumerate(self.model.commits) if c and c.decider == round_]
        return own[number % len(own)] if own and number % 7 else self.commit_at(number)

    def propose_in(
        self, round_: int, who: str, d: Vector, lag: int, shift: int, samples: int, sparse: bool, fill: bool
    ) -> None:
        """Propose and, when `fill`, declare every part."""
        lag = min(lag, self.model.seq)
        parts = 1 if sparse else self.model.chunks
        made = self.both(
            lambda m: m.propose(who, round_, lag, shift, samples, parts, d),
            lambda: self.world.propose(
                self.rounds[round_],
                PEOPLE[who],
                parent=self.heads[self.model.seq - lag],
                shift=shift,
                samples=samples,
                parts=parts,
            ),
        )
        if made:
            self.addresses.append(pda.commit(self.rounds[round_], PEOPLE[who].pubkey()))
            if fill:
                last = len(self.addresses) - 1
                if self.model.chunks == 2:
                    self.create_further(last)
                for chunk in range(parts):
                    self.declare_part(last, chunk)

    def create_further(self, commit: int) -> None:
        self.both(
            lambda m: m.create_points(commit), lambda: self.world.create_points(self.addresses[commit], 1)
        )

    def declare_part(self, commit: int, chunk: int) -> None:
        made = self.model.commits[commit]
        if made is None:
            return
        value = point(made.delta[min(chunk, self.model.chunks - 1)], np.int8)
        author = PEOPLE[made.author]
        self.both(
            lambda m: m.declare(commit, chunk),
            lambda: self.world.declare(self.addresses[commit], author, value, chunk),
        )

    def judge(self, commit: int, verdict: int) -> None:
        """The verdict of who began as the owner."""
        if self.model.commits[commit] is not None:
            self.both(
                lambda m: m.review(commit, verdict),
                lambda: self.world.review(self.addresses[commit], PEOPLE["owner"], verdict),
            )

    def accept_one(self, round_: int, commit: int) -> None:
        made = self.model.commits[commit]
        if made is None:
            return
        previous = None if made.decider == round_ else self.rounds[made.decider]
        self.both(
            lambda m: m.accept(round_, commit),
            lambda: self.world.accept(self.rounds[round_], self.addresses[commit], previous, self.judges()),
        )

    def lock_round(self, round_: int, who: str, as_member: bool) -> None:
        r = self.model.rounds[round_]
        solo = r.kind != OPEN_ROUND
        commit = pda.commit(self.rounds[round_], PEOPLE[r.opener].pubkey()) if solo else None
        self.both(
            lambda m: m.lock(round_, who, as_member),
            lambda: self.world.lock(
                self.rounds[round_],
                PEOPLE[who],
                member=as_member or solo,
                commit=commit,
                author=PEOPLE[r.opener] if solo else None,
                voters=self.judges(),
            ),
        )

    def judges(self) -> list[Keypair]:
        """Whose review is shown: that of who began as the owner, while it is a member."""
        return [PEOPLE["owner" if self.model.power("owner") else "stranger"]]

    def weigh(self, round_: int, who: str, weights: list[int], restart: bool) -> None:
        r = self.model.rounds[round_]
        first = 0 if restart else len(r.written)
        chosen = r.accepted[first : first + len(weights)]
        if not chosen:
            return
        given = weights[: len(chosen)]
        call = instructions.weights_write(
            authority=PEOPLE[who].pubkey(),
            member=self.world.member(PEOPLE[who]),
            repository=self.world.repository,
            round=self.rounds[round_],
            restart=restart,
            weights=tuple(given),
            remaining=metas([self.addresses[k] for k in chosen], writable=True),
        )
        self.both(
            lambda m: m.write_weights(round_, who, given, restart),
            lambda: self.world.send(call, signers=[PEOPLE[who]]),
        )

    def begin_merge(self, round_: int, who: str) -> None:
        if self.model.rounds[round_].state == "open" or self.model.rounds[round_].closed:
            return
        self.both(lambda m: m.begin(round_), lambda: self.world.begin(self.rounds[round_], PEOPLE[who]))

    def extend_merge(self, round_: int) -> None:
        if self.model.chunks == 1:
            return
        merge, head = pda.merge(self.rounds[round_]), self.world.account(self.world.branch).head
        call = instructions.merge_extend(
            payer=self.world.payer.pubkey(),
            round=self.rounds[round_],
            merge=merge,
            head=head,
            head_points=pda.points(head, 1) if self.model.seq else None,
            points=pda.points(merge, 1),
            chunk=1,
        )
        self.both(lambda m: m.extend(round_), lambda: self.world.send(call))

    def add_all(self, round_: int, chosen: list[int], chunk: int, honest: bool) -> None:
        after = self.model.tried(lambda m: m.add(round_, chosen, chunk, True))
        expected = point(after.rounds[round_].sums[chunk], np.int64) if after else bytes(64)
        if not honest:
            expected = _native.point_add(expected, point([1], np.int8))
        self.both(
            lambda m: m.add(round_, chosen, chunk, honest),
            lambda: self.world.merge_add(
                self.rounds[round_], [self.addresses[k] for k in chosen], expected, chunk
            ),
        )

    def finish_merge(self, round_: int, who: str) -> None:
        if self.both(lambda m: m.finish(round_), lambda: self.world.finish(self.rounds[round_], PEOPLE[who])):
            self.moved_to(pda.merge(self.rounds[round_]))

    def moved_to(self, head: Pubkey) -> None:
        """The branch has another head."""
        self.heads.append(head)
        self.head_at.append(head)

    def steps_of(self, round_: int, reach: int) -> None:
        """Accept all there is, then lock, weigh, begin, extend, add and finish as far as `reach` says."""
        for commit, made in enumerate(self.model.commits):
            before = made and self.model.rounds[made.decider]
            if made and before and (made.decider == round_ or before.state == "expired"):
                self.accept_one(round_, commit)
        steps: list[Callable[[], object]] = [
            lambda: self.lock_round(round_, self.model.rounds[round_].opener, True),
            lambda: self.weigh(round_, "keeper", [ONE // 3] * 3, True),
            lambda: self.begin_merge(round_, "stranger"),
            lambda: self.extend_merge(round_),
            lambda: self.add_rest(round_),
            lambda: self.finish_merge(round_, "stranger"),
        ]
        for step in steps[:reach]:
            step()

    def add_rest(self, round_: int) -> None:
        r = self.model.rounds[round_]
        for chunk in range(self.model.chunks):
            self.add_all(round_, r.accepted[r.counts.get(chunk, 0) :], chunk, True)

    def close_one(self, commit: int, points: bool, who: str) -> None:
        address = self.addresses[commit]
        if self.model.commits[commit] is None:
            return
        by = self.world.payer if who == PAYER else PEOPLE[who]
        payer = self.world.payer.pubkey()
        if points:
            self.both(
                lambda m: m.close_points(commit, who),
                lambda: self.world.close(address, by, chunk=1, payer=payer),
            )
        else:
            self.both(lambda m: m.close(commit, who), lambda: self.world.close(address, by, payer=payer))

    def close_expired(self, round_: int) -> None:
        call = instructions.round_close(round=self.rounds[round_], payer=self.world.payer.pubkey())
        self.both(lambda m: m.close_round(round_), lambda: self.world.send(call))
