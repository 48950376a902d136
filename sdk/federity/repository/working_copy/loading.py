"""Putting weights into a model: nothing of a person's is lost, and the working copy knows which they are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.errors import ModelError, WorktreeError
from federity.frameworks import adapter_for
from federity.frameworks.base import file_adapter
from federity.frameworks.headers import header_of
from federity.repository.working_copy.digest import digest
from federity.repository.working_copy.models import tensors_of

if TYPE_CHECKING:
    from federity.objects.tensors import Tensor
    from federity.repository.working_copy.in_hand import Loaded
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Loading:
    """Weights that are at hand, checked and about to be put into a model. Nothing has changed yet.

    `expected` are the digests that a file may have while this goes on. What is put `aside`, into a file
    elsewhere, is looked at, and not where the working copy stands.
    """

    workspace: Workspace
    model: Any
    weights: Mapping[str, Tensor]
    loaded: Loaded
    expected: tuple[str, ...]
    aside: bool = False

    @classmethod
    async def prepare(
        cls, workspace: Workspace, model: Any, weights: Mapping[str, Tensor], loaded: Loaded, force: bool
    ) -> Loading:
        """Refuse what would lose somebody's weights, or cannot be written.

        Raises WorktreeError when a file to be replaced holds weights that no commit has, unless `force`;
        BadModelFile for a file that is not to be written.
        """
        held = None
        if isinstance(model, Path):
            file_adapter(model).require_writable(model)
            if not force and model.exists():
                held = await _held(model)
                if held != loaded.identity and held not in workspace.worktree.in_hand.known(model):
                    raise _in_the_way(model, "changes that are not committed")
        return cls(workspace, model, weights, loaded, tuple(filter(None, (held, loaded.identity))))

    def begin(self) -> None:
        """From here on the model is not what it was, until `finish`.

        A process killed in between leaves a mark that keeps `commit` from taking the difference for training.
        """
        self.workspace.worktree.in_hand.begin(self.model, self.expected)

    async def finish(self) -> None:
        """Put the weights in, a file's whatever it held before."""
        if isinstance(self.model, Path):
            header = header_of(self.workspace.worktree.manifest(self.loaded.base).metadata)
            await asyncio.to_thread(file_adapter(self.model).replace, self.model, self.weights, header)
        else:
            await asyncio.to_thread(adapter_for(self.model).load, self.model, self.weights)
        self.workspace.worktree.in_hand.finish(self.model, self.loaded, aside=self.aside)


async def _held(path: Path) -> str:
    try:
        return await asyncio.to_thread(digest, await tensors_of(path))
    except ModelError as error:
        raise _in_the_way(path, "something else than weights of this model") from error


def _in_the_way(path: Path, what: str) -> WorktreeError:
    return WorktreeError(
        f"{path} holds {what}.",
        hint="Commit them or move the file away; `pull` and `checkout` take --force to lose them.",
    )
