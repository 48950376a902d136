"""Rules of a branch: what the program's types can hold, and what a commit can reach."""

import pytest

from federity._generated.types import StoredRules
from federity.errors import ConfigError, WrongProgram
from federity.repository.reports.rules import RANGES, Rules, weighting_of


@pytest.mark.parametrize("name", RANGES)
def test_each_number_has_the_range_of_the_programs_type(name: str) -> None:
    least, most = RANGES[name]
    for value in (least - 1, most + 1, 10**20, True, 1.0, "1"):
        with pytest.raises(ConfigError, match=f"{name} of .* is outside {least} to {most}"):
            Rules(**{name: value})  # type: ignore[arg-type]
    for value in (least, most):
        assert getattr(Rules(**{name: value}), name) == value  # type: ignore[arg-type]
        Rules(**{name: value}).arguments().encode()  # type: ignore[arg-type]


def test_every_number_of_the_rules_has_a_range() -> None:
    flags = {"protected", "weighting", "allow_server", "allow_sealed", "rules_role", "operate_role"}
    assert set(RANGES) == set(Rules.__dataclass_fields__) - flags


@pytest.mark.parametrize("level", [2, 3])
def test_a_level_that_nothing_proves_is_read_but_not_set(level: int) -> None:
    rules = Rules(min_level=level)
    with pytest.raises(ConfigError, match="out of reach") as refused:
        rules.check_reachable()
    assert "--min-level 1" in refused.value.hint
    Rules(min_level=1).check_reachable()


def test_named_rules_change_and_the_others_stay() -> None:
    rules = Rules(protected=True, approvals=2)
    assert rules.changed({"approvals": 1}) == Rules(protected=True, approvals=1)
    assert rules.changed({}) == rules
    assert rules.changed(Rules()) == Rules()
    with pytest.raises(ConfigError, match=r"no rule 'approval': the rules are protected, min_level"):
        rules.changed({"approval": 1})
    with pytest.raises(ConfigError, match="approvals of 300 is outside"):
        rules.changed({"approvals": 300})


def stored(**other: int) -> StoredRules:
    """Rules as an account holds them."""
    given = Rules().arguments()
    named = {name: int(getattr(given, name)) for name in StoredRules.LARGEST}
    return StoredRules(**{**named, **other}, reserved=bytes(31))


def test_stored_rules_are_read_as_they_were_given() -> None:
    assert Rules.of(stored()) == Rules()
    assert weighting_of(stored(weighting=1)) == "samples"


@pytest.mark.parametrize(
    ("name", "code"),
    [("operate_role", 0), ("operate_role", 200), ("rules_role", 0), ("weighting", 3), ("max_weight", 0)],
)
def test_a_code_of_another_version_is_named(name: str, code: int) -> None:
    with pytest.raises(
        WrongProgram, match=f"another version of the program: {name} (of )?{code} "
    ) as refused:
        Rules.of(stored(**{name: code}))
    assert refused.value.exit_code == 65
    if name == "weighting":
        with pytest.raises(WrongProgram, match="weighting 3"):
            weighting_of(stored(weighting=code))
