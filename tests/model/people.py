"""Roles in the plain model, and what a transition says that is not possible."""

from __future__ import annotations

__all__ = ["Impossible", "People", "require"]


class Impossible(Exception):
    """The transition is not allowed now."""


def require(condition: object, why: str) -> None:
    """Raise Impossible unless the condition holds."""
    if not condition:
        raise Impossible(why)


class People:
    """Who has which role; 0 is no member."""

    roles: dict[str, int]

    def _governs(self, power: int, role: int) -> None:
        require(1 <= role <= 4 and (power == 5 or role < 4), "not yours to give or take")

    def add_member(self, by: str, who: str, role: int) -> None:
        require(self.roles[by] >= 4 and not self.roles[who], "role, or a member already")
        self._governs(self.roles[by], role)
        self.roles[who] = role

    def set_role(self, by: str | None, who: str, role: int) -> None:
        """Without `by` a member steps down itself, with role 0 it leaves or is removed."""
        before = self.roles[who]
        require(before and (by is None or self.roles[by] >= 4), "role, or no member")
        require(by is not None or role < before, "nobody raises itself")
        power = 5 if by is None else self.roles[by]
        self._governs(power, before)
        if role:
            self._governs(power, role)
        self.roles[who] = role
