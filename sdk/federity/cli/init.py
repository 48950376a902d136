"""`federity init`: make a repository on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from federity.cli.branch import add_rules, rules_of
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "init", run)
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="DIR", help="folder of the working copy (default: .)"
    )
    parser.add_argument(
        "--name", metavar="NAME", help="1 to 32 of a-z 0-9 . _ - (default: the folder's name)"
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="weights, or a folder with them (default: DIR)"
    )
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="allow development keys and SRS, for good: for tests and learning",
    )
    parser.add_argument(
        "--bits", type=int, choices=(8, 4), default=8, help="of a delta's values, for good (default: 8)"
    )
    parser.add_argument(
        "--keep-zeros", action="store_true", help="weights that are zero stay zero, for good: a pruned model"
    )
    parser.add_argument(
        "--base-model",
        action="append",
        default=[],
        metavar="ID",
        help="model of the Hugging Face Hub that these weights are or are made of; may be named again",
    )
    add_rules(parser)


@contextmanager
def adopted(model: Path | None, folder: Path) -> Iterator[Path | None]:
    """Copy `model` to where the new working copy keeps its weights, for as long as there is one.

    What lies beside it and says what its architecture is, is copied too; weights of a folder that Keras saved
    are read by Keras. Weights that are there already are left alone. Raises StorageFull, ModelError.
    """
    from federity.frameworks import adapter_for
    from federity.frameworks.huggingface import texts_of, weights_file
    from federity.frameworks.safetensors import SafetensorsAdapter
    from federity.repository.working_copy.lock import write_atomic
    from federity.repository.working_copy.worktree import MODEL

    copy = folder / MODEL
    if model is None or not weights_file(model).is_file() or copy.exists():
        yield model
        return
    # What is wrong with the file is said of the file that was named, not of a copy.
    source = weights_file(model)
    if isinstance(adapter := adapter_for(source), SafetensorsAdapter):
        adapter.tensors(source)
    new = not folder.exists()
    texts = {folder / name: text for name, text in texts_of(model).items()}
    made = [path for path in texts if not path.exists()]
    _copy_weights(source, copy)
    try:
        for path in made:
            write_atomic(path, texts[path].encode(), private=False)
        yield copy
    except BaseException:
        for path in (copy, *made):
            path.unlink(missing_ok=True)
        if new and not any(folder.iterdir()):
            folder.rmdir()
        raise


def _copy_weights(source: Path, copy: Path) -> None:
    from federity.frameworks import adapter_for
    from federity.frameworks.keras_folder import KerasFolderAdapter
    from federity.objects.blob import BlobFile
    from federity.repository.working_copy.lock import write_atomic

    adapter = adapter_for(source)
    if isinstance(adapter, KerasFolderAdapter):
        tensors = adapter.tensors(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        adapter_for(copy).load(copy, tensors)
    else:
        write_atomic(copy, BlobFile(source), private=False)


async def run(invocation: Invocation) -> Result:
    """Make the working copy; the first push puts it on the chain."""
    from federity import Repository, Rules

    args = invocation.args
    path = (args.path or Path()).resolve()
    rules = Rules().changed(rules_of(args))
    async with invocation.starting() as session:
        with adopted(args.model, path) as model:
            repository = await Repository.init(
                session,
                path,
                model,
                name=path.name if args.name is None else args.name,
                insecure=args.insecure,
                rules=rules,
                bits=args.bits,
                keep_zeros=args.keep_zeros,
                base_models=args.base_model,
                on_progress=invocation.on_progress,
            )
        status = await repository.status()
    text = fields(
        [("repository", status.name), ("path", status.path), ("head", status.head), ("chain", status.url)]
    )
    return Result(status.to_json(), f"{text}\n`federity push` puts it on the chain.")
