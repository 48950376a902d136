"""Words that do not fit: who answers, what was meant, and JSON for who asked for it."""

import json
from importlib import import_module

import pytest

from federity.cli.commands import COMMANDS, Commands
from federity.cli.completion import walk
from federity.cli.elsewhere import OPTIONS, VERBS
from federity.cli.main import build, main
from federity.cli.options import parse
from federity.cli.parser import Parser, Usage, verbs

Captured = pytest.CaptureFixture[str]


def refusal(*argv: str) -> Usage:
    with pytest.raises(Usage) as refused:
        parse(build(), list(argv))
    return refused.value


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["lgo"], "there is no `federity lgo`: did you mean log?"),
        (["branch", "creat", "x"], "there is no `federity branch creat`: did you mean create?"),
        (["branch", "lsit"], "did you mean list? `federity branch create lsit` takes it for a name"),
        (["round", "zzz"], "there are list, show, open"),
        (["checkout", "HEAD", "--forse"], "did you mean --force?"),
        (["status", "x"], "unrecognized arguments: x"),
        (["clone", "a", "b", "c"], "unrecognized arguments: c"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_was_meant(argv: list[str], sentence: str) -> None:
    assert sentence in str(refusal(*argv))


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_from_elsewhere_is_answered_with_ours(verb: str, capsys: Captured) -> None:
    assert verb not in verbs(build())
    assert main([verb, "--some", "thing"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"federity: `federity {verb}` is not there: {VERBS[verb]}.\n")


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_from_elsewhere_too(command: str, option: str) -> None:
    words = {"checkout": ["HEAD"], "clone": ["O/R"]}.get(command, [])
    assert str(refusal(command, *words, option)) == (
        f"`federity {command}` has no {option}: {OPTIONS[command, option]}"
    )


@pytest.mark.parametrize("text", [*VERBS.values(), *OPTIONS.values()])
def test_the_answers_name_commands_that_are_there(text: str) -> None:
    known = verbs(build())
    for named in text.split("`")[1::2]:
        words = named.split()
        if words[0] == "federity":
            assert words[1] in known
            assert not verbs(known[words[1]]) or len(words) == 2 or words[2] in verbs(known[words[1]])


def test_an_unknown_option_shows_the_usage_of_its_command() -> None:
    assert refusal("branch", "create", "x", "--bogus").usage.startswith("usage: federity branch create")


def test_a_branch_is_made_by_its_name_as_in_git() -> None:
    args = parse(build(), ["branch", "side", "HEAD~1", "--yes"])
    assert (args.typed, args.name, args.start) == ("federity branch create", "side", "HEAD~1")
    assert parse(build(), ["branch", "create", "list"]).name == "list"


NEARLY = (
    "feat feature test release latest great heat lists list2 creates recreate reset2 preset l protected last "
    "rest project"
)


@pytest.mark.parametrize("name", NEARLY.split())
def test_a_branch_may_be_called_nearly_as_a_verb(name: str) -> None:
    for rest in ([], ["HEAD"], ["--yes"]):
        args = parse(build(), ["branch", name, *rest])
        assert (args.typed, args.name) == ("federity branch create", name)


@pytest.mark.parametrize(
    ("word", "verb"),
    [("craete", "create"), ("creat", "create"), ("ccreate", "create"), ("crrate", "create"), ("lsit", "list"),
     ("lisst", "list"), ("ilst", "list"), ("resst", "reset"), ("rset", "reset"), ("protcet", "protect")],
)  # fmt: skip
def test_a_verb_with_one_slip_makes_no_branch(word: str, verb: str) -> None:
    assert f"did you mean {verb}?" in str(refusal("branch", word))
    # What follows says that it is a name after all.
    for rest in (["main~2"], ["-y"], ["0123abcd"]):
        assert parse(build(), ["branch", word, *rest]).name == word


def test_a_remote_is_removed_by_the_shorter_verb_as_in_git() -> None:
    args = parse(build(), ["remote", "rm", "upstream"])
    assert (args.typed, args.name) == ("federity remote remove", "upstream")
    assert parse(build(), ["remote", "add", "rm", "a/b"]).name == "rm"


def test_the_second_word_may_follow_an_option() -> None:
    args = parse(build(), ["clone", "O/R", "-b", "wide", "DIR", "--json"])
    assert (args.repository, str(args.path), args.branch, args.json) == ("O/R", "DIR", "wide", True)


def test_a_bare_number_is_a_limit() -> None:
    assert parse(build(), ["log", "-3"]).limit == 3


def test_alone_it_lists_the_commands(capsys: Captured) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert all(f"    {verb} " in err for verb in verbs(build()) if len(verb) < 20)
    assert err.endswith("federity: name a command.\n")


@pytest.mark.parametrize(
    "argv", [["lgo", "--json"], ["--json"], ["--js", "mv"], ["--json", "status", "--bogus"]], ids=" ".join
)
def test_wrong_usage_is_a_document_for_who_asks(argv: list[str], capsys: Captured) -> None:
    assert main(argv) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["name"], error["exit_code"]) == ("Usage", 2)


def test_json_behind_a_double_dash_is_a_word(capsys: Captured) -> None:
    assert main(["lgo", "--", "--json"]) == 2
    assert capsys.readouterr().out == ""


def test_help_is_a_command(capsys: Captured) -> None:
    assert main(["help", "branch", "create"]) == 0
    assert capsys.readouterr().out.startswith("usage: federity branch create")
    assert main(["help", "branch", "creat"]) == 2
    assert main(["help", "worktree"]) == 2
    assert main(["help", "status", "now"]) == 2
    assert "makes another working copy" in capsys.readouterr().err


def test_version_is_a_command(capsys: Captured) -> None:
    import federity

    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"federity {federity.__version__}\n"


def test_what_asks_for_money_has_a_dry_run() -> None:
    """A verb that pays and forgot to say so would refuse `--dry-run`."""
    paying = [below for below in walk(build()) if {"pay", "transaction"} & names(below)]
    assert len(paying) > 10
    assert [below.prog for below in paying if not below.get_default("prices")] == []


def names(parser: Parser) -> set[str]:
    """What the function of a command calls."""
    run = parser.get_default("run")
    return set(run.__code__.co_names) if run else set()


def test_what_costs_nothing_has_no_dry_run(capsys: Captured) -> None:
    assert main(["version", "--dry-run"]) == 2
    assert "no --dry-run" in capsys.readouterr().err


def test_each_command_is_made_by_the_module_that_the_table_names() -> None:
    for module in {module for module, _ in COMMANDS.values()}:
        made = Parser(prog="federity").add_subparsers(action=Commands)
        import_module(f"federity.cli.{module}").register(made)
        assert {name for name, (its, _) in COMMANDS.items() if its == module} == set(made._name_parser_map)
