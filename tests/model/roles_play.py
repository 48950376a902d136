"""Random changes of roles, and rounds that are cancelled, in the model and on the built program."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from federity._generated import instructions
from model.play import PEOPLE, Play
from model.records import ROLES

__all__ = ["RolesPlay", "names", "numbers"]

numbers = st.integers(0, 1 << 30)
names = st.sampled_from(sorted(ROLES))


class RolesPlay(Play):
    """The rules about people."""

    def cancel_round(self, round_: int, who: str, as_member: bool) -> None:
        if self.model.rounds[round_].closed:
            return
        self.both(
            lambda m: m.cancel(round_, who, as_member),
            lambda: self.world.cancel(self.rounds[round_], PEOPLE[who], member=as_member),
        )

    def add_member(self, by: str, who: str, role: int) -> None:
        self.both(
            lambda m: m.add_member(by, who, role),
            lambda: self.world.invite(PEOPLE[who], role, by=PEOPLE[by]),
        )

    def set_role(self, by: str | None, who: str, role: int) -> None:
        """Give another role or, with role 0, take it; without `by` it is the member itself that asks."""
        shared = {
            "authority": PEOPLE[by or who].pubkey(),
            "authority_member": self.world.member(PEOPLE[by]) if by else None,
            "repository": self.world.repository,
            "member": self.world.member(PEOPLE[who]),
        }
        call = (
            instructions.member_role(role=role, **shared)
            if role
            else instructions.member_remove(payer=self.world.payer.pubkey(), **shared)
        )
        self.both(
            lambda m: m.set_role(by, who, role), lambda: self.world.send(call, signers=[PEOPLE[by or who]])
        )

    # --- rules

    @precondition(lambda self: self.rounds)
    @rule(
        n=numbers,
        who=st.sampled_from(["owner", "keeper", "alice"]),
        as_member=st.sampled_from([True, True, False]),
    )
    def cancel(self, n: int, who: str, as_member: bool) -> None:
        self.cancel_round(self.round_at(n), who, as_member)

    @rule(by=names, who=names, role=st.integers(1, 5), itself=st.sampled_from([False, False, True]))
    def change_role(self, by: str, who: str, role: int, itself: bool) -> None:
        """Invite, raise, lower or step down."""
        if self.model.roles[who]:
            self.set_role(None if itself else by, who, role)
        else:
            self.add_member(by, who, role)

    @rule(by=names, who=names, itself=st.booleans())
    def take_role(self, by: str, who: str, itself: bool) -> None:
        self.set_role(None if itself else by, who, 0)

    @rule(who=st.sampled_from(["alice", "bob", "keeper", "owner"]))
    def restore_role(self, who: str) -> None:
        """What it began with, so that most have work to do."""
        owner, wanted = self.model.owner, min(ROLES[who], 4)
        if who == owner:
            return
        if not self.model.roles[who]:
            self.add_member(owner, who, wanted)
        elif self.model.power(who) != wanted:
            self.set_role(owner, who, wanted)

    @invariant()
    def roles_are_the_models(self) -> None:
        for name, role in self.model.roles.items():
            address = self.world.member(PEOPLE[name])
            if role == 0:
                assert self.world.data(address) is None
            else:
                member = self.world.account(address)
                assert (member.role, member.epoch) == (role, self.model.epochs[name])
                assert member.joined_slot == self.model.joined[name]
