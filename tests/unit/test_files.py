"""Files are there whole or not at all, and what dead writers left goes away without touching living ones'."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from federity import files
from federity.errors import FileUnavailable, StorageFull
from federity.files import WRITING, drafted, drafted_folder, listed, remove, sweep, write_atomically

HOLDER = """
import sys
from pathlib import Path
from federity.files import drafted, drafted_folder
with drafted(Path(sys.argv[1])), drafted_folder(Path(sys.argv[1])) as made:
    (made / "inside").write_text("x")
    print("held", flush=True)
    sys.stdin.read()
"""


def drafts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(WRITING)]


def test_drafts_of_the_living_stay_and_those_of_the_killed_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        sweep(tmp_path)
        write_atomically(tmp_path / "file", [b"x"])
        assert len(drafts(tmp_path)) == 2
        holder.kill()
    write_atomically(tmp_path / "file", [b"y"])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_draft_that_was_swept_before_it_was_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = files._held
    calls = []

    def swept(handle: int) -> bool:
        calls.append(handle)
        if len(calls) == 1:
            sweep(tmp_path)
        return held(handle)

    monkeypatch.setattr(files, "_held", swept)
    with drafted(tmp_path) as draft:
        draft.file.write(b"x")
        draft.place(tmp_path / "file")
    assert len(calls) == 2
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_link_in_a_drafts_place_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / f"{WRITING}x").symlink_to(tmp_path / "precious")
    sweep(tmp_path)
    assert (tmp_path / "precious").read_text() == "mine"


def test_an_error_inside_leaves_neither_draft_nor_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), drafted(tmp_path):
        raise ValueError("x")
    with pytest.raises(ValueError, match="x"), drafted_folder(tmp_path) as made:
        (made / "file").write_text("x")
        raise ValueError("x")
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_placed_once(tmp_path: Path) -> None:
    for attempt in range(2):
        with drafted(tmp_path) as draft:
            draft.file.write(bytes([attempt]))
            if attempt == 0:
                draft.place_new(tmp_path / "file")
                continue
            with pytest.raises(FileExistsError):
                draft.place_new(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"\0"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, FileUnavailable)],
)
@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_write_that_fails_is_one_sentence_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, kind: type[FileUnavailable]
) -> None:
    write_atomically(tmp_path / "file", [b"old"])

    def failing(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(kind, match="file") as refused:
        write_atomically(tmp_path / "file", [b"new"])
    monkeypatch.undo()
    assert type(refused.value) is kind
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.json", "a.json", f"{WRITING}c.json", "d.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in listed(tmp_path, ".json")] == ["a.json", "b.json"]
    assert listed(tmp_path / "none") == []

    def failing(*_: object) -> list[str]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "listdir", failing)
    with pytest.raises(FileUnavailable, match="cannot be read: Too many open files"):
        listed(tmp_path)


def test_what_is_gone_is_removed_and_what_stays_is_said(tmp_path: Path) -> None:
    remove(tmp_path / "none")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileUnavailable, match="folder cannot be deleted"):
        remove(tmp_path / "folder")


def test_what_is_private_stays_so_whatever_the_umask(tmp_path: Path) -> None:
    for mask in (0o000, 0o022, 0o377):
        before = os.umask(mask)
        try:
            path = tmp_path / f"{mask}" / "deep" / "file"
            write_atomically(path, [b"secret"])
        finally:
            os.umask(before)
        found = (path.parent.parent, path.parent, path)
        assert [stat.S_IMODE(each.stat().st_mode) for each in found] == [0o700, 0o700, 0o600]


def test_a_persons_own_file_is_as_they_have_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "model", [b"1"], private=False)
        assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o640
        (tmp_path / "model").chmod(0o604)
        write_atomically(tmp_path / "model", [b"2"], private=False)
        assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o604
    finally:
        os.umask(before)
