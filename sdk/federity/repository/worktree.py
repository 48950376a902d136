"""The `.federity` folder of a working copy: what it holds, read and written whole.

config.toml     which repository, on which chain, which branch        (WorktreeConfig)
HEAD            the head that the model in hand stands on             (Head)
manifests/      names, shapes and units of the tensors of each base seen
rules.json      rules of a repository that is not on its chain yet
model           sha256 of the weights last loaded or committed: tells whether there is anything to commit
objects/        blobs by sha256, in the store's format
accumulators/   sha256 of the accumulator blob of each head seen
commits/        local commits and what quantisation dropped after each (local_commits.py)
residual/       what quantisation dropped before the oldest local commit, by branch
push/           journal of a push in progress: proofs already made (journal.py)
pushed/         addresses on the chain of the commits made here
lock            held by whoever changes any of this
"""

from __future__ import annotations

import json
import tomllib
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from federity.errors import BadBlob, WorktreeError
from federity.objects.manifest import Manifest
from federity.repository.files import locked, write_atomic
from federity.repository.local_commits import LocalCommits
from federity.repository.reports import LocalCommit
from federity.repository.rules import Rules

FOLDER = ".federity"
MODEL = "model.safetensors"
# In place of a digest while a model is being loaded: nothing can be committed before that is done.
INTERRUPTED = "interrupted"
# What `accumulators/` says of a head whose accumulator is zero: there is no blob to keep.
ZERO = "zero"
# Accumulators kept beside the head's: each has eight bytes a value and can be had again.
KEPT_ACCUMULATORS = 3


@dataclass(frozen=True)
class WorktreeConfig:
    """Which repository this is a working copy of. Addresses are base58, hashes hex."""

    url: str
    cluster: str
    repository: str
    owner: str
    name: str
    branch: str
    insecure: bool
    srs: str
    base: str

    @property
    def spec(self) -> str:
        """OWNER/NAME, what `clone` takes."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True)
class Head:
    """The head that the working copy stands on.

    `loaded` is the id of the newest local commit when weights were last loaded: what quantisation dropped up
    to then is missing from the model in hand, and is added to the next commit. `norm_bound` is the branch's
    (0: none). `landed` are local commits that this head contains, in case a process was killed before it took
    them off the stack.
    """

    branch: str
    commit: str
    seq: int
    loaded: str = ""
    norm_bound: int = 0
    landed: tuple[str, ...] = ()


D = TypeVar("D", WorktreeConfig, Head, Rules)


class Worktree:
    """The `.federity` folder under `path`. Blocking calls are small files; blobs go through
    `Workspace.objects`.
    """

    def __init__(self, path: Path) -> None:
        """Take the folder of a working copy, which `find` or `start` made sure of."""
        self.path = path
        self.folder = path / FOLDER
        self.commits = LocalCommits(self.folder)

    @classmethod
    def find(cls, path: Path) -> Worktree:
        """Find the working copy at `path` or above. Raises WorktreeError."""
        start = path.resolve()
        for candidate in (start, *start.parents):
            if (candidate / FOLDER / "config.toml").is_file():
                return cls(candidate)
        raise WorktreeError(
            f"{path} is not a Federity working copy, and no folder above it is.",
            hint="Start one with `federity init` or `federity clone`.",
        )

    @classmethod
    def start(
        cls, path: Path, config: WorktreeConfig, manifest: Manifest, head: Head, rules: Rules | None = None
    ) -> Worktree:
        """Write a new working copy; `config.toml` comes last and makes it one.

        Raises WorktreeError when there is one already.
        """
        worktree = cls(path.resolve())
        cls.refuse_existing(path)
        worktree.set_manifest(config.base, manifest)
        worktree.set_head(head)
        if rules is not None:
            worktree.write("rules.json", json.dumps(asdict(rules)).encode())
        worktree.set_config(config)
        return worktree

    @classmethod
    def prepare(cls, path: Path) -> Worktree:
        """Make the folder of a working copy to be started. Raises WorktreeError when it is one."""
        cls.refuse_existing(path)
        path.mkdir(parents=True, exist_ok=True)
        return cls(path.resolve())

    @staticmethod
    def refuse_existing(path: Path) -> None:
        """Raise WorktreeError when `path` is a working copy already."""
        if (path / FOLDER / "config.toml").exists():
            raise WorktreeError(f"{path} is a Federity working copy already.", hint="Choose another folder.")

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Keep other processes from changing the working copy. Raises WorktreeError when one does not end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return locked(self.folder / "lock")

    def read(self, name: str) -> bytes:
        """Read a file of the folder. Raises WorktreeError."""
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise WorktreeError(f"{self.folder / name} cannot be read: {error.strerror}.") from error

    def write(self, name: str, data: bytes) -> None:
        """Write a file of the folder whole. Raises StorageFull, WorktreeError."""
        write_atomic(self.folder / name, data)

    def config(self) -> WorktreeConfig:
        """Read `config.toml`. Raises WorktreeError when it is damaged."""
        return _decode(WorktreeConfig, self.folder / "config.toml", _toml(self.read("config.toml")))

    def set_config(self, config: WorktreeConfig) -> None:
        """Write `config.toml`."""
        lines = [f"{key} = {json.dumps(value)}" for key, value in asdict(config).items()]
        self.write("config.toml", ("\n".join(lines) + "\n").encode())

    def head(self) -> Head:
        """Read `HEAD`. Raises WorktreeError when it is damaged."""
        found = _decode(Head, self.folder / "HEAD", _json(self.read("HEAD")))
        return replace(found, landed=tuple(found.landed))

    def set_head(self, head: Head) -> None:
        """Write `HEAD`."""
        self.write("HEAD", json.dumps(asdict(head)).encode())

    def manifest(self, base: str) -> Manifest:
        """Read the manifest of the base with this sha256. Raises WorktreeError: damaged, or never seen."""
        try:
            return Manifest.from_json(self.read(f"manifests/{base}.json"))
        except BadBlob as error:
            raise _damaged(self.folder / "manifests" / f"{base}.json") from error

    def has_manifest(self, base: str) -> bool:
        """Whether this working copy has seen the base with this sha256."""
        return (self.folder / "manifests" / f"{base}.json").exists()

    def set_manifest(self, base: str, manifest: Manifest) -> None:
        """Remember the manifest of a base."""
        self.write(f"manifests/{base}.json", manifest.to_json())

    def rules(self) -> Rules:
        """Rules for a repository that is not on its chain yet."""
        if not (self.folder / "rules.json").exists():
            return Rules()
        return _decode(Rules, self.folder / "rules.json", _json(self.read("rules.json")))

    def pending(self) -> bool:
        """Whether the repository was made here and is not known to be on its chain."""
        return (self.folder / "rules.json").exists()

    def published(self) -> None:
        """Note that the repository is on its chain."""
        (self.folder / "rules.json").unlink(missing_ok=True)

    def stack(self, branch: str) -> list[LocalCommit]:
        """A branch's local commits that lie on top of its head, oldest first. Raises WorktreeError."""
        landed = self.head().landed
        return [commit for commit in self.commits.all(branch) if commit.id not in landed]

    def tidy(self) -> None:
        """Take the commits off the stack that the head contains; the caller holds the lock."""
        for identity in self.head().landed:
            if any(commit.id == identity for commit in self.commits.all()):
                self.commits.land(self.commits.get(identity))
                self.drop_journal(identity)

    def model_digest(self) -> str:
        """Digest of the weights last loaded or committed, empty when there were none."""
        return self.read("model").decode() if (self.folder / "model").exists() else ""

    def set_model_digest(self, digest: str) -> None:
        """Remember the weights just loaded or committed."""
        self.write("model", digest.encode())

    def accumulator(self, commit: str) -> str | None:
        """Hash of the accumulator blob of a head, when this working copy has checked one."""
        path = self.folder / "accumulators" / commit
        return path.read_text() if path.exists() else None

    def set_accumulator(self, commit: str, blob_hash: str) -> None:
        """Remember the accumulator blob of a head."""
        self.write(f"accumulators/{commit}", blob_hash.encode())

    def forget_accumulators(self) -> list[str]:
        """Forget all but the newest accumulators and the head's; returns the blobs that nothing names now."""
        head = self.head().commit if (self.folder / "HEAD").exists() else ""
        files = sorted((self.folder / "accumulators").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        large = [path for path in files if path.read_text() != ZERO and path.name != head]
        forgotten = []
        for path in large[:-KEPT_ACCUMULATORS]:
            forgotten.append(path.read_text())
            path.unlink()
        named = {path.read_text() for path in (self.folder / "accumulators").iterdir()}
        return [blob for blob in forgotten if blob not in named]

    def set_branch(self, branch: str, base: str) -> None:
        """Switch the working copy to another branch, and to the base that it stands on."""
        self.set_config(replace(self.config(), branch=branch, base=base))

    def pushed(self, identity: str) -> str | None:
        """The address that a local commit has on the chain, also after it became part of a head."""
        path = self.folder / "pushed" / identity
        return path.read_text() if path.exists() else None

    def set_pushed(self, identity: str, address: str) -> None:
        """Remember the address of a commit made here."""
        self.write(f"pushed/{identity}", address.encode())

    def has_journal(self) -> bool:
        """Whether a push was stopped half way."""
        return any((self.folder / "push").glob("*.json"))

    def drop_journal(self, identity: str) -> None:
        """Forget how far the push of a local commit got."""
        (self.folder / "push" / f"{identity}.json").unlink(missing_ok=True)


def _damaged(path: Path) -> WorktreeError:
    return WorktreeError(f"{path} is damaged.", hint="Clone the repository into a new folder.")


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except ValueError as error:
        raise WorktreeError(f"config.toml of the working copy is damaged: {error}.") from error


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise WorktreeError(f"A file of the working copy is damaged: {error}.") from error


def _decode(kind: type[D], path: Path, values: Any) -> D:
    """Build `kind` from a mapping that has all its fields with their types."""
    try:
        known = {field.name for field in fields(kind)}
        return kind(**{key: value for key, value in values.items() if key in known})
    except (TypeError, AttributeError) as error:
        raise _damaged(path) from error
