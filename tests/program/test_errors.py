"""Every error of the program is provoked by some test, here or beside the transition that returns it."""

import re
from pathlib import Path

from federity._generated.errors import ERRORS

ROOT = Path(__file__).parents[2]


def test_every_error_is_provoked() -> None:
    """Python tests name an error as a string, Rust tests as a variant inside a test module or file."""
    named = set()
    for path in (ROOT / "tests" / "program").glob("test_*.py"):
        named |= set(re.findall(r'"([A-Z]\w+)"', path.read_text()))
    for path in (ROOT / "programs" / "federity" / "src").rglob("*.rs"):
        text = path.read_text()
        beside = text.partition("#[cfg(test)]\nmod tests {")[2]
        tests = text if "tests" in path.parts or path.stem == "tests" else beside
        named |= set(re.findall(r"FederityError::(\w+)", tests))
    assert {name for name, _ in ERRORS.values()} - named == set()


def test_codes_are_in_blocks_and_sentences_end() -> None:
    assert all(6000 <= code < 7000 for code in ERRORS)
    assert all(message.endswith(".") for _, message in ERRORS.values())
