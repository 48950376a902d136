import errno
import os
from pathlib import Path

import pytest

from federity.errors import FileUnavailable, StorageFull, WorktreeError
from federity.repository.working_copy.lock import locked, write_atomic


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_place_of_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(FileUnavailable, match="cannot be written"):
        write_atomic(tmp_path / "file", b"new")


async def test_a_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    lock = tmp_path / "folder" / "lock"
    lock.parent.mkdir()
    async with locked(lock):
        with pytest.raises(WorktreeError, match="Another process"):
            async with locked(lock, patience=0.05):
                pass
    async with locked(lock, patience=0.05):
        pass
