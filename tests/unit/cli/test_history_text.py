"""Commits for people: one line each, the parts of a merge, and nothing that a stranger's words can forge."""

from dataclasses import replace

from federity.cli.history_text import commit_text, log_lines, log_table
from federity.repository.reports import CommitView, WeightedCommit
from federity.text import short

PART = WeightedCommit(
    commit="PartAddress", author="AnnsWallet", samples=100, weight=1 << 15, level=1, id="aa" * 32,
    message="by ann\nat length", figures={"loss": 0.5}, slot=7, time=0,
)  # fmt: skip
VIEW = CommitView(
    address="MergeAddress", kind="merge", state="history", level=1, level_meaning="L1 bounded",
    author="Keeper", branch="Branch", round="Round", parent="Parent", seq=3, blob_hash="00" * 32, location="",
    message="merge of 2 commits", samples=300, figures={}, shift=0, norm=0, weight=0, parts=0, parts_done=0,
    merged=(PART, replace(PART, id="bb" * 32, author="BobsWallet", message="by bob")),
    id="MergeAddress", slot=9, time=1_800_000_000, time_source="block",
)  # fmt: skip
ALONE = replace(
    VIEW, id="cc" * 32, single=True, merged=(PART,), message="one epoch\nmore", samples=320,
    figures={"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0},
)  # fmt: skip
LOCAL = replace(
    ALONE, id="dd" * 32, kind="update", state="local", time_source="made here", merged=(), single=False
)


def test_a_table_has_the_parts_of_a_merge_below_it() -> None:
    head, local, alone, merge, ann, bob = log_table([LOCAL, ALONE, VIEW]).splitlines()
    assert " ".join(head.split()) == "MOVE COMMIT DATE KIND LEVEL AUTHOR SAMPLES FIGURES MESSAGE"
    assert local.split()[0] == "dddddddddddd"
    assert " local " in local
    assert alone.split()[:2] == ["3", "cccccccccccc"]
    assert " commit " in alone
    assert "a=1 b=2 c=3 ..." in alone
    assert alone.endswith("one epoch")
    assert " merge " in merge
    assert "+ 50.0%" in ann
    assert ann.split()[-3:] == ["loss=0.5", "by", "ann"]
    assert bob.split()[0] == "bbbbbbbbbbbb"
    assert log_table([]) == ""


def test_a_contact_s_name_stands_for_an_address() -> None:
    def called(address: str) -> str:
        return {"AnnsWallet": "ann"}.get(address) or short(address)

    *_, ann, bob = log_table([VIEW], called).splitlines()
    assert ann.split()[5:9] == ["50.0%", "L1", "ann", "100"]
    assert "BobsWallet" in bob
    text = commit_text(replace(VIEW, author="AnnsWallet"), called)
    assert " ann (AnnsWallet)\n" in text
    assert " BobsWallet " in text


def test_lines_are_those_of_git() -> None:
    assert log_lines([ALONE, VIEW], oneline=True, graph=False).splitlines() == [
        "cccccccccccc one epoch",
        "MergeAddress merge of 2 commits",
    ]
    assert log_lines([ALONE, VIEW], oneline=True, graph=True).splitlines() == [
        "* cccccccccccc one epoch",
        "*   MergeAddress merge of 2 commits",
        "|\\",
        "| * aaaaaaaaaaaa (50.0%) by ann",
        "| * bbbbbbbbbbbb (50.0%) by bob",
        "|/",
    ]
    unknown = replace(ALONE, time=None, time_source="")
    assert "date unknown" in log_lines([unknown], oneline=False, graph=False)


def test_what_cannot_be_had_is_said_and_a_name_stays_in_its_line() -> None:
    hostile = replace(ALONE, message="", problem="nobody has it", figures={"x\nlevel": 1.0})
    text = commit_text(hostile)
    assert "not there: nobody has it" in text
    assert "x\\nlevel (declared):" in text
    assert "(no message: nobody has it)" in log_table([hostile])
    assert "blob:" not in commit_text(VIEW)
