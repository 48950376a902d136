"""Tables, amounts and the streams of a command."""

import io
import json

import pytest

from federity.cli.output import Console, Result, fields, short, size, sol, table


def console(**settings: object) -> Console:
    return Console(out=io.StringIO(), err=io.StringIO(), stdin=io.StringIO("y\n"), **settings)  # type: ignore[arg-type]


def written(stream: object) -> str:
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def test_table_aligns_words_left_and_numbers_right() -> None:
    assert table(["name", "n"], [("a", 5), ("long", 10)]) == "NAME   N\na      5\nlong  10"


def test_table_without_rows_says_so() -> None:
    assert table(["name"], []) == "none"


def test_fields_leave_out_what_is_absent() -> None:
    assert fields([("a", 1), ("gone", None), ("long", "x")]) == "a:    1\nlong: x"


@pytest.mark.parametrize(
    ("lamports", "words"),
    [
        (0, "0 SOL"),
        (1, "0.000000001 SOL"),
        (5_000, "0.000005 SOL"),
        (10**9, "1 SOL"),
        (25 * 10**8, "2.5 SOL"),
    ],
)
def test_sol(lamports: int, words: str) -> None:
    assert sol(lamports) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_500_000, "1.5 MB"), (10**13, "10000.0 GB")],
)
def test_size(count: int, words: str) -> None:
    assert size(count) == words


def test_short_is_enough_to_type_back() -> None:
    assert short("A" * 44) == "A" * 12


def test_result_is_one_json_document_and_nothing_else() -> None:
    shown = console(json=True)
    shown.note("beside")
    shown.result(Result({"b": 1, "a": [2]}, "text"))
    assert json.loads(written(shown.out)) == {"a": [2], "b": 1}
    assert "text" not in written(shown.out)
    assert written(shown.err) == "beside\n"


HOSTILE = "fine\x1b[2J\x9b31m\r\u202eevil\nlevel:  L3"


def test_texts_of_strangers_cannot_steer_a_terminal() -> None:
    line = table(["message"], [[HOSTILE]]).splitlines()[1:]
    assert line == [r"fine\x1b[2J\x9b31m\r\u202eevil\nlevel:  L3"]
    shown = console()
    shown.failure(HOSTILE, name="BadBlob", exit_code=1)
    shown.note(HOSTILE)
    for stream in (shown.out, shown.err):
        assert not set(written(stream)) & set("\x1b\x9b\r\u202e")


def test_a_line_of_a_text_cannot_pass_for_a_field() -> None:
    assert fields([("message", HOSTILE), ("level", "L0")]).splitlines() == [
        r"message: fine\x1b[2J\x9b31m\r\u202eevil",
        "         level:  L3",
        "level:   L0",
    ]


def test_result_is_text_without_json() -> None:
    shown = console()
    shown.result(Result({}, "text"))
    assert written(shown.out) == "text\n"


def test_failure_is_a_sentence_and_with_json_a_document_too() -> None:
    shown = console(json=True)
    shown.failure("it broke.", name="ConfigError", exit_code=3)
    assert written(shown.err) == "federity: it broke.\n"
    assert json.loads(written(shown.out)) == {
        "error": {"name": "ConfigError", "message": "it broke.", "exit_code": 3}
    }


def test_details_only_when_verbose() -> None:
    quiet, loud = console(), console(verbose=True)
    quiet.detail("x")
    loud.detail("x")
    assert (written(quiet.err), written(loud.err)) == ("", "x\n")


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(answer: str, agreed: bool) -> None:
    shown = Console(out=io.StringIO(), err=io.StringIO(), stdin=io.StringIO(answer))
    assert shown.ask("Go on?", "nothing was sent") is agreed
    assert written(shown.out) == ""


def test_an_interrupt_at_a_question_says_that_nothing_began() -> None:
    class Interrupted(io.StringIO):
        def readline(self, _: int | None = -1, /) -> str:
            raise KeyboardInterrupt

    shown = Console(out=io.StringIO(), err=io.StringIO(), stdin=Interrupted())
    with pytest.raises(KeyboardInterrupt, match=r"^interrupted; nothing was sent$"):
        shown.ask("Go on?", "nothing was sent")
    assert written(shown.err) == "Go on? [y/N] \n"


def test_streams_that_are_no_terminal_are_not_interactive() -> None:
    assert not console().interactive
