"""Random changes of owner, archives, tags and vetoes taken back, in the model and on the built program."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity.chain import pda
from model.operations_play import OperationsPlay, makers
from model.play import PEOPLE, stored
from model.records import REJECT, Term
from model.roles_play import names, numbers
from program.tagging import close_tag, move_tag, tag
from program.world import NOWHERE

__all__ = ["OwnerPlay"]

TAGS = ("v1", "v2")


class OwnerPlay(OperationsPlay):
    """The rules about owners and what they keep."""

    def offer(self, by: str, to: str, slots: int) -> None:
        expires = self.world.slot + slots
        call = instructions.repository_offer(
            authority=PEOPLE[by].pubkey(),
            repository=self.world.repository,
            to=PEOPLE[to].pubkey(),
            expires=expires,
        )
        self.both(lambda m: m.offer(by, to, expires), lambda: self.world.send(call, signers=[PEOPLE[by]]))

    def accept_offer(self, who: str) -> None:
        call = instructions.repository_accept(
            payer=self.world.payer.pubkey(),
            authority=PEOPLE[who].pubkey(),
            repository=self.world.repository,
            member=self.world.member(PEOPLE[who]),
        )
        self.both(lambda m: m.accept_offer(who), lambda: self.world.send(call, signers=[PEOPLE[who]]))

    def set_archived(self, who: str, archived: bool) -> None:
        call = instructions.repository_archive(
            authority=PEOPLE[who].pubkey(), repository=self.world.repository, archived=archived
        )
        self.both(lambda m: m.archive(who, archived), lambda: self.world.send(call, signers=[PEOPLE[who]]))

    def target(self, number: int) -> tuple[Pubkey, bool]:
        """A commit, and whether it is or was a head."""
        others = [*self.addresses, *(made.result for made in self.operations)]
        if others and number % 4 == 0:
            found = others[number // 4 % len(others)]
            return found, found in self.head_at
        return self.head_at[number % len(self.head_at)], True

    def go_on(self, who: str, ancestor: Pubkey) -> None:
        """Leave the branch for one with a new base made from `ancestor`."""
        name = f"base-{len(self.left)}"
        branch, before = pda.branch(self.world.repository, name), self.world.branch
        call = instructions.genesis_create(
            payer=self.world.payer.pubkey(),
            authority=PEOPLE[who].pubkey(),
            member=self.world.member(PEOPLE[who]),
            repository=self.world.repository,
            ancestor=ancestor,
            branch=branch,
            commit=pda.genesis(branch),
            name=pda.padded_name(name),
            manifest_hash=b"\x01" * 32,
            base_hash=len(self.left).to_bytes(32, "big"),
            location=NOWHERE,
            chunks=self.model.chunks,
            rules=stored(self.model.rules),
        )
        made = self.both(
            lambda m: m.new_base(who, ancestor in self.heads),
            lambda: self.world.send(call, signers=[PEOPLE[who]]),
        )
        if made:
            self.left.append((before, self.world.data(before)))
            self.world.branch, self.heads = branch, [pda.genesis(branch)]
            self.head_at = list(self.heads)
            self.addresses, self.rounds, self.operations = [], [], []

    # --- rules

    @rule(
        by=names,
        to=names,
        slots=st.sampled_from([0, 3, 30]),
        who=names,
        taken=st.sampled_from([True, True, False]),
    )
    def hand_over(self, by: str, to: str, slots: int, who: str, taken: bool) -> None:
        """Mostly by the owner, and taken by whom it was offered to; by the first owner's doing, soon back."""
        self.offer(by if slots == 3 else self.model.owner, to, slots)
        if taken:
            self.accept_offer(who if slots == 3 else to)

    @precondition(lambda self: self.model.owner != "owner")
    @rule()
    def give_back(self) -> None:
        self.offer(self.model.owner, "owner", 5)
        self.accept_offer("owner")

    @rule(who=names)
    def take_over(self, who: str) -> None:
        self.accept_offer(who)

    @rule(
        who=makers, back=st.sampled_from([*[True] * 9, False]), seldom=st.sampled_from([False, False, True])
    )
    def archive(self, who: str | None, back: bool, seldom: bool) -> None:
        """Archive, see that nothing begins, and mostly take it back."""
        if not seldom:
            return
        self.set_archived(who or self.model.owner, True)
        self.name_a_head(self.model.owner, "v1", 1, True)
        self.create_operation(self.model.owner, 0, [Term(0, 1)])
        if back:
            self.set_archived(self.model.owner, False)

    @precondition(lambda self: self.model.archived)
    @rule(who=makers)
    def unarchive(self, who: str | None) -> None:
        self.set_archived(who or self.model.owner, False)

    @precondition(lambda self: self.addresses)
    @rule(n=numbers, by=makers, as_owner=st.booleans(), veto=st.booleans())
    def void(self, n: int, by: str | None, as_owner: bool, veto: bool) -> None:
        number, who = self.undecided(n), by or self.model.owner
        if veto:
            self.judge(number, REJECT)
        made = self.model.commits[number]
        if made is None or not made.verdict:
            return
        commit = self.addresses[number]
        call = instructions.review_void(
            authority=PEOPLE[who].pubkey(),
            member=self.world.member(PEOPLE[who]) if as_owner else None,
            repository=self.world.repository,
            commit=commit,
            round=self.rounds[made.decider],
            review=pda.review(commit, PEOPLE["owner"].pubkey()),
            reviewer=self.world.member(PEOPLE["owner"]),
        )
        self.both(
            lambda m: m.void(number, who, as_owner), lambda: self.world.send(call, signers=[PEOPLE[who]])
        )

    @rule(
        who=st.sampled_from(["owner", "owner", "alice"]),
        name=st.sampled_from(TAGS),
        n=numbers,
        honest=st.booleans(),
    )
    def name_a_head(self, who: str, name: str, n: int, honest: bool) -> None:
        """Set a tag, or move it from where it is or from elsewhere."""
        commit, head = self.target(n)
        address, by = pda.tag(self.world.repository, name), PEOPLE[who]
        key: Any = bytes(commit)
        if name not in self.model.tags:
            self.both(
                lambda m: m.tag(who, name, key, head),
                lambda: tag(self.world, commit, name, by, self.world.branch),
            )
            return
        before = None if honest else Pubkey.default()
        self.both(
            lambda m: m.move_tag(who, name, key, head, honest),
            lambda: move_tag(self.world, address, commit, by, before, self.world.branch),
        )

    @precondition(lambda self: self.model.tags)
    @rule(who=st.sampled_from(["owner", "alice"]), n=numbers)
    def unname(self, who: str, n: int) -> None:
        name = sorted(self.model.tags)[n % len(self.model.tags)]
        address = pda.tag(self.world.repository, name)
        self.both(lambda m: m.close_tag(who, name), lambda: close_tag(self.world, address, PEOPLE[who]))

    @precondition(lambda self: len(self.heads) > 2)
    @rule(
        n=numbers,
        who=st.sampled_from(["owner", "owner", "keeper"]),
        head=st.sampled_from([True, True, False]),
    )
    def new_base(self, n: int, who: str, head: bool) -> None:
        """Mostly from a head, else from any commit."""
        chosen = self.heads if head or not self.addresses else self.addresses
        self.go_on(who, chosen[n % len(chosen)])

    # --- invariants

    @invariant()
    def the_repository_is_the_models(self) -> None:
        found, model = self.world.account(self.world.repository), self.model
        assert (found.owner, found.epoch, bool(found.flags & 2)) == (
            PEOPLE[model.owner].pubkey(),
            model.epoch,
            model.archived,
        )
        assert found.locked == model.locked_elsewhere + (model.locked_by is not None)
        assert found.members == sum(map(bool, model.roles.values()))

    @invariant()
    def tags_are_the_models(self) -> None:
        for name in TAGS:
            address = pda.tag(self.world.repository, name)
            if name not in self.model.tags:
                assert self.world.data(address) is None
                continue
            found = self.world.account(address)
            assert (bytes(found.commit), found.moves) == self.model.tags[name]
