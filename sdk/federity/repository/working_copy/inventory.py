"""What the working copy's store of blobs has to hold, and what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from federity.files import listed, reading
from federity.repository.ledger.memory import ZERO

if TYPE_CHECKING:
    from federity.repository.working_copy.in_hand import Loaded
    from federity.repository.working_copy.worktree import Worktree

_PIECE = 1 << 20


def needed(worktree: Worktree) -> dict[str, str]:
    """The sha256 of each blob that nothing else brings back, or that a verb counts on, and what it is for.

    Raises WorktreeError for a damaged file of the working copy: then nothing can be said of its blobs.
    """
    found: dict[str, str] = {}
    for path in listed(worktree.folder / "manifests", ".json"):
        found[path.stem] = "the base that all weights are added to"
    for entry in worktree.reflog.entries():
        found.update(dict.fromkeys(entry.tip.deltas, "a commit of the reflog"))
    for path in listed(worktree.folder / "accumulators"):
        if (blob := worktree.accumulator(path.name)) is not None:
            found[blob] = f"the weights of head {path.name}"
    for loaded in (*worktree.in_hand.loaded(), *(one.loaded for _, one in worktree.stash.all())):
        found.update(dict.fromkeys(_of(loaded), f"the weights of {loaded.commit}, from which was trained"))
    for commit in worktree.commits.all():
        found[commit.delta] = f"the local commit {commit.id}"
    for queued in worktree.queue.entries():
        if queued.asked.words:
            words = hashlib.sha256(queued.asked.words.encode()).hexdigest()
            found[words] = "what is said of something queued"
    if (fetched := worktree.history.read()) is not None:
        found.update(dict.fromkeys(fetched.blobs, "a commit of the fetched history"))
    found.pop(ZERO, None)
    return found


def _of(loaded: Loaded) -> Iterator[str]:
    yield loaded.accumulator
    yield from loaded.deltas
    if loaded.before is not None:
        yield from _of(loaded.before)


def held(worktree: Worktree) -> dict[str, Path]:
    """The files of the store, by the sha256 that they are named by."""
    root = worktree.objects.root
    folders = [path for path in listed(root) if path.is_dir() and len(path.name) == 2]
    files = (path for folder in folders for path in listed(folder))
    return {path.parent.name + path.name: path for path in files if len(path.name) == 62}


def is_sound(name: str, path: Path) -> bool:
    """Whether a file has the bytes that it is named by. Raises FileUnavailable."""
    state = hashlib.sha256()
    with reading(path), path.open("rb") as file:
        while piece := file.read(_PIECE):
            state.update(piece)
    return state.hexdigest() == name
