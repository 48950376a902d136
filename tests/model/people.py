"""People in the plain model: roles, who owns the repository, what hands over; and what is not possible."""

from __future__ import annotations

from typing import Any

__all__ = ["Impossible", "People", "require"]


class Impossible(Exception):
    """The transition is not allowed now."""


def require(condition: object, why: str) -> None:
    """Raise Impossible unless the condition holds."""
    if not condition:
        raise Impossible(why)


class People:
    """Who has which role (0 is no member), in which epoch it was given, and since when."""

    roles: dict[str, int]
    epochs: dict[str, int]
    joined: dict[str, int]
    owner: str
    epoch: int
    slot: int
    offered: tuple[str, int] | None
    archived: bool
    locked_by: int | None
    locked_elsewhere: int
    tags: dict[str, tuple[Any, int]]

    def power(self, who: str) -> int:
        """What somebody may do now: a keeper or maintainer of an older epoch is a contributor."""
        if who == self.owner:
            return 5
        role = self.roles[who]
        return 2 if role >= 3 and self.epochs[who] != self.epoch else role

    def stands_behind(self, who: str, slot: int) -> bool:
        """Whether what somebody said in a slot is a maintainer's word now."""
        return self.power(who) >= 4 and self.joined[who] <= slot

    def acts(self, who: str, role: int) -> None:
        """Refuse who has less than a role, and everything new in an archive."""
        require(not self.archived, "archived")
        require(self.power(who) >= role, "role")

    def _governs(self, power: int, role: int) -> None:
        require(1 <= role <= 4 and (power == 5 or role < 4), "not yours to give or take")

    def _join(self, who: str, role: int) -> None:
        if not self.roles[who]:
            self.joined[who] = self.slot
        self.roles[who], self.epochs[who] = role, self.epoch

    def add_member(self, by: str, who: str, role: int) -> None:
        self.acts(by, 4)
        require(not self.roles[who], "a member already")
        self._governs(self.power(by), role)
        self._join(who, role)

    def set_role(self, by: str | None, who: str, role: int) -> None:
        """Without `by` a member steps down itself; with role 0 it leaves or is removed, also archived."""
        require(not role or not self.archived, "archived")
        before = self.power(who)
        require(before and (by is None or self.power(by) >= 4), "role, or no member")
        require(by is not None or role < before, "nobody raises itself")
        power = 5 if by is None else self.power(by)
        self._governs(power, before)
        if role:
            self._governs(power, role)
            self._join(who, role)
        else:
            self.roles[who] = 0

    def offer(self, by: str, to: str, expires: int) -> None:
        require(by == self.owner and to != by and expires > self.slot, "not yours, or no offer")
        self.offered = (to, expires)

    def accept_offer(self, who: str) -> None:
        require(self.offered is not None and self.offered[0] == who, "not offered")
        require(self.offered is not None and self.slot <= self.offered[1], "past")
        self.owner, self.offered = who, None
        self.epoch += 1
        self._join(who, 4)

    def archive(self, who: str, archived: bool) -> None:
        require(who == self.owner, "not yours")
        require(self.locked_by is None and not self.locked_elsewhere, "a head is locked")
        self.archived = archived

    def tag(self, who: str, name: str, target: Any, head: bool) -> None:
        """Name what is or was a head."""
        self.acts(who, 4)
        require(head and name not in self.tags, "no head, or named already")
        self.tags[name] = (target, 0)

    def move_tag(self, who: str, name: str, target: Any, head: bool, honest: bool) -> None:
        self.acts(who, 4)
        require(head and honest, "no head, or it is elsewhere")
        self.tags[name] = (target, self.tags[name][1] + 1)

    def close_tag(self, who: str, name: str) -> None:
        require(self.power(who) >= 4, "role")
        del self.tags[name]
