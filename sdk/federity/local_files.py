"""Small files of this machine: one way to read and to write them, which trusts nothing that it finds.

A file holds one record, a dataclass, with the version of its format and a checksum. Before anything is parsed
its kind and size are looked at, then depth, fields, types and shapes. A truth that is damaged is named with
what to do about it; a cache that is damaged is thrown away, with one line to the person, and made again.
What a newer Federity wrote is refused by name and left alone.
"""

import contextlib
import json
import logging
import os
import stat
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from federity.errors import FederityError, FileUnavailable, WorktreeError
from federity.files import reading, unavailable
from federity.parsing import parse, parse_toml
from federity.records import Unsound, build

__all__ = ["SMALL", "Format", "Unsound", "contents", "drop_cache", "newer", "table"]

SMALL: Final = 1 << 20
"""Bytes of a file that holds a few settings or a record."""

R = TypeVar("R")

_log = logging.getLogger("federity")


def contents(path: Path, limit: int = SMALL) -> bytes:
    """Return what a plain file of at most `limit` bytes holds, without waiting for anybody to write it.

    Raises FileNotFoundError, FileUnavailable, and Unsound for what is no plain file (a folder, a pipe, a
    device) or is larger: no more than `limit` bytes are read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except ValueError as error:
        raise FileUnavailable(f"{path} cannot be read: no file can have this name.") from error
    except OSError as error:
        raise unavailable(error, path, "read") from error
    with reading(path):
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unsound("it is not a plain file")
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        finally:
            os.close(handle)
    if len(data) > limit:
        raise Unsound(f"it is larger than {limit} bytes")
    return data


def table(data: bytes) -> dict[str, Any]:
    """Return the table that TOML holds. Raises Unsound."""
    try:
        return parse_toml(data.decode())
    except (ValueError, RecursionError) as error:
        raise Unsound(f"it is not TOML ({_line(error)})") from error


def newer(path: Path, version: object) -> str:
    """Return the sentence about a file that this Federity is too old for."""
    return f"{path} was written by a newer Federity, version {version} of its format."


def drop_cache(path: Path, reason: str) -> None:
    """Throw a damaged cache file away and say so, once: it is made again when it is needed."""
    _log.warning("%s was damaged (%s): it is made anew.", path, reason)
    with contextlib.suppress(OSError):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


@dataclass(frozen=True)
class Format(Generic[R]):
    """How records of one kind lie in files: JSON, or TOML where people read along.

    `version` is what is written and the newest that is read; a file without one is of the first. `gone` are
    fields that older versions had. `remedy` is what a person does about a damaged one, `error` what is raised
    then.
    """

    record: type[R]
    remedy: str
    version: int = 1
    limit: int = SMALL
    toml: bool = False
    error: type[FederityError] = WorktreeError
    gone: tuple[str, ...] = ()

    def read(self, path: Path) -> R:
        """Return the record in a file.

        Raises `error`: it is missing, it is damaged (with the remedy), or newer; FileUnavailable when it
        cannot be read now.
        """
        try:
            return self._read(path)
        except Unsound as reason:
            raise self.damaged(path, reason) from reason

    def read_cache(self, path: Path) -> R | None:
        """Return the record in a file that can be made again; None when it is not there or was damaged.

        Raises FileUnavailable when it cannot be read now, `error` when it is of a newer version.
        """
        try:
            return self._read(path) if os.path.lexists(path) else None
        except Unsound as reason:
            drop_cache(path, str(reason))
            return None

    def damaged(self, path: Path, reason: object) -> FederityError:
        """The error about a damaged file."""
        return self.error(f"{path} is damaged: {reason}.", hint=self.remedy)

    def encode(self, record: R) -> bytes:
        """Return the bytes of the file that holds a record."""
        values = {field.name: getattr(record, field.name) for field in fields(record)}  # type: ignore[arg-type]
        document = {"version": self.version, **values}
        if self.toml:
            lines = [
                f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in document.items()
            ]
            return "".join(lines).encode()
        return json.dumps({**document, "check": _check(document)}, default=_plain).encode()

    def _read(self, path: Path) -> R:
        try:
            data = contents(path, self.limit)
        except FileNotFoundError as error:
            raise self.error(f"There is no {path}.", hint=self.remedy) from error
        values = table(data) if self.toml else _document(data)
        version = values.pop("version", 1)
        if type(version) is int and version > self.version:
            raise self.error(newer(path, version), hint="Update Federity.")
        if type(version) is not int or version < 1:
            raise Unsound("its version is not a number from 1")
        check = values.pop("check", None)
        if not self.toml and check not in (None, _check({"version": version, **values})):
            raise Unsound("its checksum is not that of what it holds")
        if version < self.version:
            values = {name: value for name, value in values.items() if name not in self.gone}
        try:
            return build(self.record, values)
        except FederityError as refused:  # by the record itself
            raise Unsound(str(refused).rstrip(".")) from refused


def _document(data: bytes) -> dict[str, Any]:
    try:
        values = parse(data.decode())
    except ValueError as error:
        raise Unsound(f"it is not JSON ({_line(error)})") from error
    if not isinstance(values, dict):
        raise Unsound("it is not a record")
    return values


def _check(document: Mapping[str, Any]) -> str:
    """The checksum of a document: it finds a flipped bit, not an attacker."""
    text = json.dumps(document, default=_plain, sort_keys=True)
    return f"{zlib.crc32(text.encode()):08x}"


def _plain(value: Any) -> Any:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
