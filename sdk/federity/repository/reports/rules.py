"""The rules by which a branch's head moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from federity._generated import types
from federity._generated.constants import (
    LEVEL_BOUNDED,
    LEVEL_TRAINED,
    MAX_APPROVALS,
    MAX_PHASE_SLOTS,
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROLE_OWNER,
    RULES_VERSION,
)
from federity._generated.types import StoredRules
from federity.errors import ConfigError, WrongProgram

WEIGHTINGS = ("uniform", "samples", "keeper")
# Who may change the rules.
RULES_ROLES = {"maintainer": ROLE_MAINTAINER, "owner": ROLE_OWNER}
# Who may make operations on a branch that is not protected.
OPERATE_ROLES = {"contributor": ROLE_CONTRIBUTOR, "keeper": ROLE_KEEPER, **RULES_ROLES}
FULL_WEIGHT = 1 << 16
# What the chain holds for "no bound on the norm"; here it is 0.
UNBOUNDED = (1 << 64) - 1
# The highest level that a relation of this version proves: `update` bounds, and there is no other.
HIGHEST_LEVEL = LEVEL_BOUNDED
# Least and largest value of each number: the program's types, within the program's own checks of them.
RANGES = {
    name: (int(name in ("max_weight", "max_samples") or name.endswith("_slots")), most)
    for name, most in {
        **types.Rules.LARGEST,
        "min_level": LEVEL_TRAINED,
        "approvals": MAX_APPROVALS,
        "merge_approvals": MAX_APPROVALS,
        "max_weight": FULL_WEIGHT,
        "propose_slots": MAX_PHASE_SLOTS,
        "review_slots": MAX_PHASE_SLOTS,
        "merge_slots": MAX_PHASE_SLOTS,
    }.items()
    if name not in ("version", "weighting", "rules_role", "operate_role")
}


@dataclass(frozen=True)
class Rules:
    """What a branch asks of commits and merges; copied into each round when it opens.

    `min_level` is the lowest assurance level accepted, `approvals` the approving reviews a commit needs and
    `merge_approvals` those of the merge itself. `max_staleness` counts head moves between a commit's parent
    and the head, `max_weight` caps one commit's share in Q16 (65536 is one), `max_samples` what one commit
    may declare, `norm_bound` `sum d^2 * 4^(8-shift)` (0: no bound). `rules_role` may change the rules:
    `owner` or `maintainer`. `operate_role` is the lowest role that makes operations while the branch is
    not protected. Windows are slots (about 0.4 s each).
    """

    protected: bool = False
    min_level: int = 0
    weighting: str = "uniform"
    approvals: int = 0
    merge_approvals: int = 0
    allow_server: bool = False
    allow_sealed: bool = False
    rules_role: str = "owner"
    operate_role: str = "maintainer"
    max_staleness: int = 0
    max_weight: int = FULL_WEIGHT
    max_samples: int = (1 << 32) - 1
    norm_bound: int = 0
    propose_slots: int = 216_000
    review_slots: int = 216_000
    merge_slots: int = 216_000

    def __post_init__(self) -> None:
        """Refuse what the program would refuse.

        Raises:
            ConfigError: a field is outside its range.
        """
        if self.weighting not in WEIGHTINGS:
            raise ConfigError(f"Weighting {self.weighting!r} is not one of {', '.join(WEIGHTINGS)}.")
        if self.rules_role not in RULES_ROLES:
            raise ConfigError(f"The rules' role {self.rules_role!r} is not one of {', '.join(RULES_ROLES)}.")
        if self.operate_role not in OPERATE_ROLES:
            known = ", ".join(OPERATE_ROLES)
            raise ConfigError(f"The role for operations {self.operate_role!r} is not one of {known}.")
        for name, (least, most) in RANGES.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise ConfigError(f"{name} of {value} is outside {least} to {most}.")

    def changed(self, rules: Rules | Mapping[str, Any]) -> Rules:
        """These rules with those that a mapping names; whole rules take their place. Raises ConfigError."""
        if isinstance(rules, Rules):
            return rules
        unknown = set(rules) - {field.name for field in fields(self)}
        if unknown:
            known = ", ".join(field.name for field in fields(self))
            raise ConfigError(f"There is no rule {sorted(unknown)[0]!r}: the rules are {known}.")
        return replace(self, **rules)

    def check_reachable(self) -> None:
        """Refuse a minimum that no commit can have, and commits that no client can open, before anything is
        sent.

        Rules of a later program are read all the same, so this is not a part of their making. Raises
        ConfigError.
        """
        if self.min_level > HIGHEST_LEVEL:
            raise ConfigError(
                f"min_level of {self.min_level} is out of reach: nothing proves more than L{HIGHEST_LEVEL}.",
                hint=f"Ask for less: `federity branch protect NAME --min-level {HIGHEST_LEVEL}`.",
            )
        if self.allow_sealed:
            raise ConfigError("Sealed commits are not built yet: nobody could open a head with one in it.")

    @classmethod
    def of(cls, stored: StoredRules) -> Rules:
        """The rules that an account holds. Raises WrongProgram for what has no meaning to this version."""
        try:
            return cls._read(stored)
        except ConfigError as error:
            raise WrongProgram(f"Rules on the chain are of another version of the program: {error}") from None

    @classmethod
    def _read(cls, stored: StoredRules) -> Rules:
        return cls(
            protected=bool(stored.protected),
            min_level=stored.min_level,
            weighting=weighting_of(stored),
            approvals=stored.approvals,
            merge_approvals=stored.merge_approvals,
            allow_server=bool(stored.allow_server),
            allow_sealed=bool(stored.allow_sealed),
            rules_role=_named("rules_role", stored.rules_role, RULES_ROLES),
            operate_role=_named("operate_role", stored.operate_role, OPERATE_ROLES),
            max_staleness=stored.max_staleness,
            max_weight=stored.max_weight,
            max_samples=stored.max_samples,
            norm_bound=0 if stored.norm_bound == UNBOUNDED else stored.norm_bound,
            propose_slots=stored.propose_slots,
            review_slots=stored.review_slots,
            merge_slots=stored.merge_slots,
        )

    def arguments(self) -> types.Rules:
        """The rules as instructions take them."""
        return types.Rules(
            version=RULES_VERSION,
            protected=self.protected,
            min_level=self.min_level,
            weighting=WEIGHTINGS.index(self.weighting),
            approvals=self.approvals,
            merge_approvals=self.merge_approvals,
            allow_server=self.allow_server,
            allow_sealed=self.allow_sealed,
            rules_role=RULES_ROLES[self.rules_role],
            operate_role=OPERATE_ROLES[self.operate_role],
            max_staleness=self.max_staleness,
            max_weight=self.max_weight,
            max_samples=self.max_samples,
            norm_bound=self.norm_bound or UNBOUNDED,
            propose_slots=self.propose_slots,
            review_slots=self.review_slots,
            merge_slots=self.merge_slots,
        )


def weighting_of(stored: StoredRules) -> str:
    """How rules of an account weigh commits. Raises WrongProgram."""
    return _named("weighting", stored.weighting, {name: code for code, name in enumerate(WEIGHTINGS)})


def _named(rule: str, code: int, known: Mapping[str, int]) -> str:
    """The name of a code that an account holds: 0, say, where it is older than the rule."""
    for name, number in known.items():
        if number == code:
            return name
    raise WrongProgram(
        f"Rules on the chain are of another version of the program: {rule} {code} means nothing to this one.",
        hint="Use the version of Federity that they were made with.",
    )
