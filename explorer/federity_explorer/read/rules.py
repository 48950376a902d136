"""A branch's rules, as the chain holds them and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federity.chain.slots import SLOT_MILLISECONDS
from federity.repository.ledger.roles import NAMES
from federity.repository.reports.rules import FULL_WEIGHT, UNBOUNDED, WEIGHTINGS
from federity.text import duration

__all__ = ["Rule", "rules_in_words", "safe"]

_ANY = (1 << 32) - 1


@dataclass(frozen=True)
class Rule:
    """One rule: its name, and what it asks, in words."""

    name: str
    words: str


def safe(rules: dict[str, Any]) -> dict[str, Any]:
    """Rules as JavaScript can read them: `no bound` is the largest number that there is."""
    return {
        name: str(value) if isinstance(value, int) and value >= 1 << 53 else value
        for name, value in rules.items()
    }


def weighting(rules: dict[str, Any]) -> str:
    """How a round's commits are weighed."""
    code = rules.get("weighting", 0)
    return WEIGHTINGS[code] if code < len(WEIGHTINGS) else str(code)


def rules_in_words(rules: dict[str, Any]) -> tuple[Rule, ...]:
    """All rules, those that matter most to a reader first. A code that is not known is shown as it is."""
    if not rules:
        return ()
    cap = rules["max_weight"]
    bound, samples = rules["norm_bound"], rules["max_samples"]
    found = {
        "who moves the head": "rounds and proposals only" if rules["protected"] else "members, by pushing",
        "lowest level of a commit": f"L{rules['min_level']}",
        "weights": {"uniform": "all alike", "samples": "by declared samples", "keeper": "the keeper's"}.get(
            weighting(rules), weighting(rules)
        ),
        "approving reviews of a commit": str(rules["approvals"]),
        "approvals of a merge": str(rules["merge_approvals"]),
        "largest norm": "any" if bound == UNBOUNDED else _spaced(bound),
        "largest weight of one commit": "the whole"
        if cap >= FULL_WEIGHT
        else f"{100 * cap / FULL_WEIGHT:.4g} %",
        "samples that a commit may declare": "any number" if samples == _ANY else _spaced(samples),
        "moves that a commit may lag behind": str(rules["max_staleness"]),
        "operations": _from(rules["operate_role"]),
        "changes of these rules": _from(rules["rules_role"]),
        "server commits": _yes(rules["allow_server"]),
        "sealed commits": _yes(rules["allow_sealed"]),
        "time to propose": _time(rules["propose_slots"]),
        "time to review": _time(rules["review_slots"]),
        "time to merge": _time(rules["merge_slots"]),
    }
    return tuple(Rule(name, words) for name, words in found.items())


def _from(code: int) -> str:
    name = NAMES.get(code, f"role {code}")
    return "the owner alone" if name == "owner" else f"from {name} up"


def _yes(flag: object) -> str:
    return "allowed" if flag else "not allowed"


def _spaced(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _time(slots: int) -> str:
    return f"{_spaced(slots)} slots, about {duration(slots * SLOT_MILLISECONDS / 1000)}"
