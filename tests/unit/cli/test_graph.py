"""Histories as git draws them."""

from federity.cli.graph import Lanes


def drawn(*commits: tuple[str, str] | tuple[str, str, int]) -> list[str]:
    """Each commit with its parents, one letter each, and of how many a round's merge is the sum."""
    lanes = Lanes(frozenset(commit[0] for commit in commits))
    lines: list[str] = []
    for name, parents, *parts in commits:
        lines += lanes.lines(name, list(parents), name, [str(at) for at in range(parts[0] if parts else 0)])
    return lines


def test_one_line_of_commits() -> None:
    assert drawn(("c", "b"), ("b", "a"), ("a", "")) == ["* c", "* b", "* a"]


def test_a_branch_that_was_merged() -> None:
    assert drawn(("m", "ps"), ("s", "b"), ("p", "b"), ("b", "a"), ("a", "")) == [
        "*   m",
        "|\\",
        "| * s",
        "* | p",
        "|/",
        "* b",
        "* a",
    ]


def test_a_fast_forward_and_a_round_beside_another_lane() -> None:
    assert drawn(("m", "ps"), ("p", "b", 2), ("s", "b"), ("b", "")) == [
        "*   m",
        "|\\",
        "* |   p",
        "|\\ \\",
        "| * | 0",
        "| * | 1",
        "|/ /",
        "| * s",
        "|/",
        "* b",
    ]


def test_lanes_that_meet_across_another() -> None:
    lines = drawn(("m", "pt"), ("p", "qs"), ("s", "x"), ("t", "q"), ("q", "x"), ("x", ""))
    assert lines == [
        "*   m",
        "|\\",
        "* |   p",
        "|\\ \\",
        "| * | s",
        "| | * t",
        "|_|/",
        "* | q",
        "|/",
        "* x",
    ]


def test_what_is_left_out_ends_its_lane() -> None:
    assert drawn(("m", "ps"), ("p", "z"), ("s", "z")) == ["*   m", "|\\", "* | p", " /", "* s"]


def test_three_branches_at_once() -> None:
    assert drawn(("m", "pst"), ("p", "b"), ("s", "b"), ("t", "b"), ("b", "")) == [
        "*   m",
        "|\\",
        "| |\\",
        "* | | p",
        "| * | s",
        "| | * t",
        "|_|/",
        "|/",
        "* b",
    ]
