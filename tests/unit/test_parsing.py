"""JSON of strangers: nesting is bounded whatever the process's recursion limit is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from federity.parsing import MAX_DEPTH, parse, parse_shallow


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)]
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nested"):
        parse(text)
    with pytest.raises(ValueError, match="nested"):
        parse_shallow(text.encode())


def test_an_answer_may_have_many_items() -> None:
    assert len(parse_shallow(b"[" + b"1," * 100_000 + b"1]")) == 100_001


def test_a_raised_recursion_limit_does_not_end_the_process() -> None:
    program = (
        "import sys; sys.setrecursionlimit(10**6)\n"
        "from federity.parsing import parse\n"
        "try: parse('[' * 10**6)\n"
        "except ValueError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "refused\n")


def test_brackets_in_strings_do_not_count() -> None:
    assert parse('{"a": "' + "[{" * 500 + '", "b\\"[": [1]}') == {"a": "[{" * 500, 'b"[': [1]}


def test_as_deep_as_allowed_is_read() -> None:
    parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_a_string_that_never_ends_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        parse('"' + '\\"' * 500_000)
