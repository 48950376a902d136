"""Models as verbs take them: a module, a mapping of arrays, or a safetensors file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.errors import ModelError
from federity.repository.working_copy.worktree import MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federity.objects import Manifest
    from federity.objects.tensors import Tensor
    from federity.repository.working_copy.workspace import Workspace


def named(workspace: Workspace, model: Any) -> Any:
    """The model that was given, or the working copy's own file. A folder means the weights in it."""
    if model is None:
        return workspace.worktree.path / MODEL
    from federity.frameworks.huggingface import weights_file

    return weights_file(Path(model)) if isinstance(model, str | Path) else model


async def tensors_of(model: Any, manifest: Manifest | None = None) -> Mapping[str, Tensor]:
    """A model's tensors in canonical layout; those of a file are read when they are used.

    A tied tensor has the name that it has in `manifest`, if one is given. Raises BadModelFile when the file
    is not there or not safetensors.
    """
    from federity.frameworks import adapter_for

    names = set()
    if manifest is not None:
        names = {spec.name for spec in manifest.tensors} | {spec.name for spec in manifest.constants}
    return await asyncio.to_thread(adapter_for(model).tensors, model, names)


async def buffers_of(model: Any) -> frozenset[str]:
    """Names of the tensors that are running statistics, as far as the model tells."""
    from federity.frameworks import adapter_for

    return await asyncio.to_thread(adapter_for(model).buffers, model)


async def identity_of(tensors: Mapping[str, Tensor]) -> str:
    """The digest of weights, for which each of them is made once.

    So what cannot be made is refused here, before anything is changed. Raises NonFiniteWeights, BlobError.
    """
    from federity.repository.working_copy.digest import digest

    return await asyncio.to_thread(digest, tensors)


async def keeping_counters(
    workspace: Workspace, model: Any, tensors: Mapping[str, Tensor]
) -> Mapping[str, Tensor]:
    """The weights to be loaded, with what the model in hand has counted itself, if it is one that goes on.

    A file that cannot be read has counted nothing. Raises ModelError for a live model that cannot be read.
    """
    if not workspace.manifest.constants or (isinstance(model, Path) and not model.is_file()):
        return tensors
    from federity.objects.constants import with_counters_of

    try:
        own = await tensors_of(model, workspace.manifest)
    except ModelError:
        if isinstance(model, Path):
            return tensors
        raise
    return await asyncio.to_thread(with_counters_of, workspace.manifest, own, tensors)
