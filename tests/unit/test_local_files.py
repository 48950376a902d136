"""The one reader of local files: whatever is in a file's place, a named error or the right record."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federity.errors import FileUnavailable, WorktreeError
from federity.local_files import Format, Unsound, contents, table
from federity.records import Address, Count, Digest, Maybe, Name, one_of

HERE = "11111111111111111111111111111111"


@dataclass(frozen=True)
class Inner:
    text: str
    part: float | None = None


@dataclass(frozen=True)
class Record:
    name: Name
    seq: Count
    at: Address
    by: Maybe
    hash: Digest
    state: Annotated[str, one_of("new", "old")]
    sound: bool
    share: float
    ids: tuple[str, ...] = ()
    inner: dict[str, Inner] = field(default_factory=dict)


RECORD = Record(
    "main", 3, HERE, "", "ab" * 32, "new", True, 0.5, ("a", "b"), {"x": Inner("y", 1.0), "z": Inner("")}
)
FORMAT = Format(Record, "Make it anew.", version=2)
TEXT = FORMAT.encode(RECORD)


def read(path: Path, data: bytes) -> Record:
    path.write_bytes(data)
    return FORMAT.read(path)


def plain(**changed: Any) -> bytes:
    """The record's file as a person might have written it: without a checksum."""
    values = {**json.loads(TEXT), **changed}
    del values["check"]
    return json.dumps(values).encode()


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    assert read(tmp_path / "file", TEXT) == RECORD
    assert json.loads(TEXT)["version"] == 2
    assert read(tmp_path / "file", plain()) == RECORD


def test_every_flipped_bit_and_every_cut_is_found(tmp_path: Path) -> None:
    path = tmp_path / "file"
    damaged = [TEXT[:end] for end in range(len(TEXT))]
    for place in range(8 * len(TEXT)):
        flipped = bytearray(TEXT)
        flipped[place // 8] ^= 1 << place % 8
        damaged.append(bytes(flipped))
    silent = 0
    for data in damaged:
        try:
            assert read(path, data) == RECORD
            silent += 1
        except WorktreeError as refused:
            assert str(path) in str(refused)
            assert refused.hint in ("Make it anew.", "Update Federity.")
    assert silent < len(damaged) // 50  # a space that became another separator, and the like


@settings(deadline=None)
@given(
    name=st.sampled_from([*json.loads(TEXT), "unknown"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=5,
    ),
)
def test_no_value_of_a_field_is_an_unexpected_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant"
    try:
        found = read(path, plain(**{name: value}))
    except WorktreeError:
        return
    assert all(type(getattr(found, known)) is type(getattr(RECORD, known)) for known in vars(RECORD))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"seq": -1}, "negative"),
        ({"seq": True}, "'seq' is not a whole number"),
        ({"seq": 1 << 80}, "'seq' is not a whole number"),
        ({"share": float("inf")}, "finite"),
        ({"share": 10**400}, "finite"),
        ({"name": ".."}, "cannot name"),
        ({"name": "a/b"}, "cannot name"),
        ({"name": "a\0b"}, "'name' is not a text"),
        ({"name": "\ud800"}, "'name' is not a text"),
        ({"at": "1" * 44}, "'at'"),
        ({"hash": "AB" * 32}, "'hash'"),
        ({"hash": "ab"}, "'hash'"),
        ({"state": "odd"}, "none of"),
        ({"inner": {"x": {"text": 1}}}, "'text' is not a text"),
        ({"ids": "ab"}, "'ids'"),
        ({"new": 1}, "a field 'new', which this version does not know"),
        ({"version": "2"}, "its version"),
        ({"version": 0}, "its version"),
    ],
)
def test_each_type_and_shape_is_checked(tmp_path: Path, changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(WorktreeError, match=reason):
        read(tmp_path / "file", plain(**changed))


def test_a_newer_version_is_refused_by_name_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for reading in (FORMAT.read, FORMAT.read_cache):
        path.write_bytes(plain(version=3, colour="red"))
        with pytest.raises(WorktreeError, match="was written by a newer Federity, version 3"):
            reading(path)
        assert path.exists()


def test_a_damaged_cache_goes_away_with_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "file"
    assert FORMAT.read_cache(path) is None
    path.write_bytes(b"\xff")
    with caplog.at_level(logging.WARNING, "federity"):
        assert FORMAT.read_cache(path) is None
        assert FORMAT.read_cache(path) is None
    assert [record.getMessage().startswith(f"{path} was damaged") for record in caplog.records] == [True]
    path.mkdir()
    assert FORMAT.read_cache(path) is None
    assert not path.exists()


def test_only_a_plain_file_is_read_and_nobody_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(Unsound, match="not a plain file"):
            contents(path)
    with pytest.raises(FileUnavailable, match="no file can have this name"):
        contents(tmp_path / "a\0b")


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    with pytest.raises(Unsound, match="larger than 100 bytes"):
        contents(path, 100)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000, "[1]", "", "\ufeff{}"])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WorktreeError, match="damaged"):
        read(tmp_path / "file", text.encode())


@pytest.mark.parametrize(
    "text", ["a." * 50_000 + "b = 1", "x = " + "[" * 10_000, "[[" * 5_000, "a = " + "{b=" * 5_000, "\0", "="]
)
def test_settings_that_would_cost_much_are_refused_before_they_are_parsed(text: str) -> None:
    with pytest.raises(Unsound):
        table(text.encode())


def test_the_file_of_settings_carries_its_version(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Settings:
        url: str
        insecure: bool

    kept = Format(Settings, "Make it anew.", toml=True)
    path = tmp_path / "file"
    path.write_bytes(kept.encode(Settings('odd "\\ text', True)))
    assert path.read_text().startswith("version = 1\n")
    assert kept.read(path) == Settings('odd "\\ text', True)
