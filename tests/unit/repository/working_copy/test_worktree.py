import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from federity._native import UnitProof
from federity.errors import ConfigError, FileUnavailable, WorktreeError
from federity.files import WRITING, remove
from federity.objects import Location, manifest_of
from federity.repository.reports import LocalCommit
from federity.repository.reports.rules import Rules
from federity.repository.working_copy.digest import digest
from federity.repository.working_copy.journal import Journal, KeptProof
from federity.repository.working_copy.local_commits import LocalCommits, tail
from federity.repository.working_copy.settings import Head, WorktreeConfig
from federity.repository.working_copy.worktree import Worktree

ADDRESS = "11111111111111111111111111111111"
CONFIG = WorktreeConfig(
    url="embedded",
    cluster="00" * 32,
    repository=ADDRESS,
    owner=ADDRESS,
    name='odd "name" \\ with quotes',
    branch="main",
    insecure=True,
    srs="11" * 32,
    base="22" * 32,
)
TENSORS = {"w": np.arange(6, dtype=np.float32).reshape(2, 3)}


def start(path: Path) -> Worktree:
    worktree, _ = Worktree.prepare(path)
    worktree.start(CONFIG, manifest_of(TENSORS), Head("main", ADDRESS, 0), Rules(approvals=2))
    return worktree


def commit(identity: str, branch: str = "main") -> LocalCommit:
    return LocalCommit(
        id=identity,
        message="m",
        parent=ADDRESS,
        branch=branch,
        samples=1,
        figures={"loss": 0.5},
        delta="ab" * 32,
        delta_bytes=3,
        shift=4,
        norm=9,
        nonzero=1,
        elements=6,
        created_at=1,
    )


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    start(tmp_path)
    found = Worktree.find(tmp_path)
    assert found.config() == CONFIG
    assert found.head() == Head("main", ADDRESS, 0)
    assert found.manifest(CONFIG.base) == manifest_of(TENSORS)
    assert found.rules() == Rules(approvals=2)
    assert found.pending()
    found.published()
    assert not found.pending()
    assert found.config().spec.startswith(f"{ADDRESS}/")


def test_it_is_found_from_below_and_started_only_once(tmp_path: Path) -> None:
    start(tmp_path)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert Worktree.find(below).path == tmp_path.resolve()
    with pytest.raises(WorktreeError, match="already"):
        start(tmp_path)


def test_a_folder_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorktreeError, match="not a Federity working copy"):
        Worktree.find(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [("config.toml", "url = "), ("config.toml", 'url = "x"'), ("HEAD", "{"), ("HEAD", "[]"), ("HEAD", "{}")],
)
def test_damage_is_one_sentence(tmp_path: Path, name: str, text: str) -> None:
    worktree = start(tmp_path)
    (worktree.folder / name).write_text(text)
    with pytest.raises(WorktreeError, match="damaged"):
        worktree.config() if name == "config.toml" else worktree.head()


def test_a_damaged_manifest_is_one_sentence(tmp_path: Path) -> None:
    worktree = start(tmp_path)
    (worktree.folder / "manifests" / f"{CONFIG.base}.json").write_text("{}")
    with pytest.raises(WorktreeError, match="damaged"):
        worktree.manifest(CONFIG.base)


def add(commits: LocalCommits, made: LocalCommit, residual: np.ndarray) -> None:
    with commits.draft() as draft:
        draft.file.write(residual.tobytes() + tail("ab" * 32, float(residual[0])))
        commits.add(made, draft)


def residual_of(commits: LocalCommits, branch: str = "main") -> list[float] | None:
    left = commits.left(branch, 6)
    if left is None:
        return None
    assert (left.delta, left.asked) == ("ab" * 32, left.residual[:1][0])
    return list(np.asarray(left.residual))


def test_the_residual_follows_the_commits(tmp_path: Path) -> None:
    commits = start(tmp_path).commits
    one, two = np.full(6, 1, np.float32), np.full(6, 2, np.float32)
    assert residual_of(commits) is None
    add(commits, commit("0a"), one)
    add(commits, commit("0b"), two)
    assert residual_of(commits) == [2] * 6
    assert residual_of(commits, "other") is None
    commits.remove(commits.get("0b"))
    assert residual_of(commits) == [1] * 6
    commits.land(commits.get("0a"))
    assert commits.all() == []
    assert residual_of(commits) == [1] * 6


@pytest.mark.parametrize("at", [0, 13, 24, 57, 67])
def test_a_bit_of_a_residual_that_flipped_is_damage(tmp_path: Path, at: int) -> None:
    commits = start(tmp_path).commits
    add(commits, commit("0a"), np.full(6, 0.25, np.float32))
    commits.land(commits.get("0a"))
    path = tmp_path / ".federity" / "residual" / "main"
    sound = path.read_bytes()
    assert len(sound) == 68
    path.write_bytes(sound[:at] + bytes([sound[at] ^ 16]) + sound[at + 1 :])
    with pytest.raises(WorktreeError, match="damaged") as refused:
        commits.left("main", 6)
    assert "Delete" in refused.value.hint


def test_a_residual_without_a_checksum_is_of_an_earlier_version(tmp_path: Path) -> None:
    commits = start(tmp_path).commits
    add(commits, commit("0a"), np.full(6, 0.25, np.float32))
    (path,) = (tmp_path / ".federity" / "commits").glob("*.residual")
    path.write_bytes(path.read_bytes()[:-4])
    assert residual_of(commits) == [0.25] * 6


def test_what_a_killed_commit_left_is_no_commit_and_goes_away(tmp_path: Path) -> None:
    commits = start(tmp_path).commits
    add(commits, commit("0a"), np.zeros(6, np.float32))
    with pytest.raises(KeyboardInterrupt), commits.draft() as draft:
        draft.file.write(b"half")
        raise KeyboardInterrupt
    folder = tmp_path / ".federity" / "commits"
    (folder / f"{WRITING}left").write_bytes(b"half")
    assert [one.id for one in commits.all()] == ["0a"]
    add(commits, commit("0b"), np.zeros(6, np.float32))
    assert len(list(folder.iterdir())) == 4


def test_commits_keep_their_order_and_their_branch(tmp_path: Path) -> None:
    commits = start(tmp_path).commits
    for identity, branch in (("ff", "main"), ("0a", "side"), ("33", "main")):
        add(commits, commit(identity, branch), np.zeros(6, np.float32))
    assert [one.id for one in commits.all()] == ["ff", "0a", "33"]
    assert [one.id for one in commits.all("main")] == ["ff", "33"]
    commits.update(replace(commits.get("ff"), state="proposed"))
    assert [one.state for one in commits.all("main")] == ["proposed", "local"]


def test_a_damaged_commit_or_residual_says_what_to_do(tmp_path: Path) -> None:
    worktree = start(tmp_path)
    add(worktree.commits, commit("0a"), np.zeros(6, np.float32))
    (residual,) = (worktree.folder / "commits").glob("*.residual")
    residual.write_bytes(b"short")
    with pytest.raises(WorktreeError) as refused:
        worktree.commits.left("main", 6)
    assert "Delete" in refused.value.hint
    (record,) = (worktree.folder / "commits").glob("*.json")
    record.write_text("{}")
    with pytest.raises(WorktreeError) as refused:
        worktree.commits.all()
    assert "Delete" in refused.value.hint


def test_a_journal_keeps_proofs_and_says_when_it_is_damaged(tmp_path: Path) -> None:
    worktree = start(tmp_path)
    assert Journal.load(worktree, "0a") == Journal("0a")
    proof = UnitProof(bytes(256), bytes(64), bytes(64), bytes(32), bytes(range(32)), 7)
    kept = Journal("0a", ADDRESS, ADDRESS, ADDRESS, ADDRESS).with_proof(3, KeptProof.of(proof), 1.5)
    kept.save(worktree)
    assert Journal.load(worktree, "0a") == kept
    assert kept.proofs["3"].restored() == proof
    (worktree.folder / "push" / "0a.json").write_text("{")
    with pytest.raises(WorktreeError, match="damaged"):
        Journal.load(worktree, "0a")
    worktree.drop_journal("0a")
    assert Journal.load(worktree, "0a") == Journal("0a")


def test_a_push_is_in_progress_until_its_commit_has_arrived_wherever_it_was_killed(tmp_path: Path) -> None:
    worktree = start(tmp_path)
    add(worktree.commits, commit("0a"), np.zeros(6, np.float32))
    Journal("0a").save(worktree)
    Journal("0b").save(worktree)
    assert worktree.has_journal()
    worktree.set_head(replace(worktree.head(), landed=("0a",)))
    assert not worktree.has_journal()
    worktree.tidy()
    assert worktree.commits.all() == []
    assert list((worktree.folder / "push").iterdir()) == []


def test_a_proposed_commit_is_no_push_in_progress(tmp_path: Path) -> None:
    worktree = start(tmp_path)
    add(worktree.commits, replace(commit("0a"), state="proposed"), np.zeros(6, np.float32))
    Journal("0a").save(worktree)
    assert not worktree.has_journal()


def tree(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name not in ("lock", "reflog"))


async def test_whoever_locks_deletes_what_killed_processes_left_everywhere(tmp_path: Path) -> None:
    worktree = start(tmp_path)
    add(worktree.commits, commit("0a"), np.zeros(6, np.float32))
    for name in ("residual", "push", "pushed", "accumulators", "objects"):
        (worktree.folder / name).mkdir(exist_ok=True)
    folders = [tmp_path, worktree.folder, *(path for path in worktree.folder.iterdir() if path.is_dir())]
    before = tree(tmp_path)
    for folder in folders:
        (folder / f"{WRITING}left").write_bytes(b"half")
    (worktree.folder / "commits" / "000002-0b.residual").write_bytes(b"of a commit that was taken back")
    async with worktree.lock():
        assert tree(tmp_path) == before


def test_a_blob_goes_before_the_name_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worktree = start(tmp_path)
    names = [str(number) * 32 for number in range(1, 6)]
    for name in names:
        worktree.set_accumulator(name, name[0] * 64)
    folder = worktree.folder / "accumulators"

    def killed(path: Path) -> None:
        if path.is_relative_to(worktree.objects.root):
            raise KeyboardInterrupt
        remove(path)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("federity.repository.working_copy.known_heads.remove", killed)
        worktree.forget_accumulators()
    assert len(list(folder.iterdir())) == 5
    for name in names:
        blob = worktree.objects.path(Location.local(bytes.fromhex(name[0] * 64)))
        blob.parent.mkdir(parents=True)
        blob.write_bytes(b"")
    worktree.forget_accumulators()
    left = {path.name[0] for path in folder.iterdir()}
    kept = {path.name[0] for path in worktree.objects.root.rglob("*") if path.is_file()}
    assert kept == left < {name[0] for name in names}


def test_a_folder_that_cannot_be_listed_is_not_an_empty_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worktree = start(tmp_path)
    add(worktree.commits, commit("0a"), np.zeros(6, np.float32))

    def failing(*_: object) -> list[str]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "listdir", failing)
    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(FileUnavailable, match="Too many open files"):
        worktree.stack("main")


def test_digests_tell_names_shapes_types_and_bits_apart() -> None:
    array = np.arange(6, dtype=np.float32)
    seen = {
        digest({"a": array}),
        digest({"b": array}),
        digest({"a": array.reshape(2, 3)}),
        digest({"a": array.view(np.int32)}),
        digest({"a": -array}),
        digest({"a": array, "b": array}),
    }
    assert len(seen) == 6
    assert digest({"a": array, "b": -array}) == digest({"b": -array, "a": array})


@pytest.mark.parametrize(
    "wrong",
    [
        {"weighting": "best"},
        {"min_level": 4},
        {"max_weight": 0},
        {"max_weight": 65537},
        {"approvals": -1},
        {"propose_slots": 0},
        {"norm_bound": -1},
    ],
)
def test_rules_that_the_program_would_refuse_are_refused_here(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        Rules(**wrong)  # type: ignore[arg-type]


def test_no_bound_on_the_norm_is_the_largest_number_on_the_chain() -> None:
    assert Rules().arguments().norm_bound == 2**64 - 1
    assert Rules(norm_bound=5).arguments().norm_bound == 5
