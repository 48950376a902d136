"""`stash/`: trained weights that were put aside, whole, with what they were loaded from.

Each is `NNNNNN.safetensors`, the model file as it was, and `NNNNNN.json`, which is written last and makes it
exist. What it was trained from stays known: its accumulator is kept as those of models in hand are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from federity.errors import NotFound
from federity.files import listed, private_folder, remove, writing
from federity.local_files import Format
from federity.objects.blob import BlobFile
from federity.records import Count, Digest, Name
from federity.repository.working_copy.in_hand import Loaded
from federity.repository.working_copy.lock import write_atomic


@dataclass(frozen=True)
class Stashed:
    """Weights put aside: their `digest`, what they were `loaded` with, and when, in Unix nanoseconds."""

    branch: Name
    message: str
    digest: Digest
    loaded: Loaded
    at: Count


_FORMAT = Format(Stashed, "Delete it with its weights, or copy the .safetensors file of that number aside.")


class Stash:
    """The folder `stash` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self._folder = folder

    def all(self) -> list[tuple[int, Stashed]]:
        """Number and record of each, the newest first. Raises WorktreeError when one is damaged."""
        numbers = sorted((int(path.stem) for path in listed(self._folder, ".json")), reverse=True)
        return [(number, _FORMAT.read(self._record(number))) for number in numbers]

    def add(self, model: Path, stashed: Stashed) -> None:
        """Put a copy of a model file aside. Raises StorageFull, FileUnavailable."""
        known = self.all()
        number = known[0][0] + 1 if known else 1
        with writing(self._folder):
            private_folder(self._folder)
        write_atomic(self.weights(number), BlobFile(model))
        write_atomic(self._record(number), _FORMAT.encode(stashed))

    def nth(self, place: int) -> tuple[int, Stashed]:
        """The one that `stash@{place}` means, 0 being the newest. Raises NotFound."""
        known = self.all()
        if place >= len(known):
            raise NotFound(f"There is no stash@{{{place}}}: {len(known) or 'nothing'} is put aside here.")
        return known[place]

    def drop(self, number: int) -> None:
        """Forget one. The record goes first: weights without one are nothing."""
        remove(self._record(number))
        remove(self.weights(number))

    def weights(self, number: int) -> Path:
        """The file with the weights."""
        return self._folder / f"{number:06d}.safetensors"

    def pinned(self) -> frozenset[str]:
        """The accumulators' blobs that are needed to tell what training changed."""
        return frozenset(stashed.loaded.accumulator for _, stashed in self.all())

    def sweep(self) -> None:
        """Delete weights without a record: a process was killed between the two files."""
        for path in listed(self._folder, ".safetensors"):
            if not path.with_suffix(".json").exists():
                remove(path)

    def _record(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"
