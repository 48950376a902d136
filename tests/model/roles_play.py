"""Random changes of roles, and rounds that are cancelled, in the model and on the built program."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from federity._generated import constants, instructions
from model.play import PEOPLE, Play
from model.records import ROLES

__all__ = ["RolesPlay", "names", "numbers"]

numbers = st.integers(0, 1 << 30)
names = st.sampled_from(sorted(ROLES))


class RolesPlay(Play):
    """The rules about people."""

    def cancel_round(self, round_: int, who: str) -> None:
        if self.model.rounds[round_].closed:
            return
        self.both(
            lambda m: m.cancel(round_, who), lambda: self.world.cancel(self.rounds[round_], PEOPLE[who])
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
    @rule(n=numbers, who=st.sampled_from(["owner", "keeper", "alice"]))
    def cancel(self, n: int, who: str) -> None:
        self.cancel_round(self.round_at(n), who)

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

    @rule(who=st.sampled_from(["alice", "bob", "keeper"]))
    def restore_role(self, who: str) -> None:
        """What it began with, so that most have work to do."""
        if not self.model.roles[who]:
            self.add_member("owner", who, ROLES[who])
        elif self.model.roles[who] != ROLES[who]:
            self.set_role("owner", who, ROLES[who])

    @invariant()
    def roles_are_the_models(self) -> None:
        for name, role in self.model.roles.items():
            address = self.world.member(PEOPLE[name])
            if role == 0:
                assert self.world.data(address) is None
            elif role < constants.ROLE_OWNER:
                assert self.world.account(address).role == role
