"""Evidence in an exported folder: made again from the chain, whatever of it was altered is named."""

from __future__ import annotations

import contextlib
import copy
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, trained, weights
from federity.errors import BadBlob, FederityError, NotFound, ProofError, WalletError
from federity.frameworks.safetensors import SafetensorsAdapter
from federity.repository.evidence import checking
from federity.repository.evidence import folder as room
from federity.repository.evidence.reading import lineage_of
from federity.repository.reports import FolderReport
from federity.repository.repository import Repository
from federity.signing_key import SigningKey, key_file
from federity_explorer.index.follower import Follower
from federity_explorer.index.store import Store
from federity_explorer.read.lineage import lineage
from support.people import Person

pytestmark = pytest.mark.svm

BASES = ("someone/tiny", "elsewhere/other.model_2")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of one person."""
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


async def grown(team: Team) -> Repository:
    """A head by an operation, which takes one of two people's commits out again."""
    owner = await Repository.create(
        await team.session("owner"),
        team.path("owner"),
        weights(),
        name="digits",
        insecure=True,
        base_models=BASES,
    )
    await owner.commit(trained(weights()), "by the owner", samples=7)
    await owner.push(level=0)
    await team.session("ann")
    await owner.member_add(team.address("ann"), "contributor")
    ann = await team.clone("ann", owner.url)
    await ann.commit(trained(weights(), 2), "by <b>ann</b>", samples=9)
    await ann.push(level=0)
    await owner.pull(weights())
    await owner.revert("HEAD~1")
    await owner.pull(weights())
    return owner


def sign(home: Path, team: Team) -> SigningKey:
    return SigningKey.create(key_file(home, team.address("owner")))


def wrong(report: FolderReport) -> dict[str, str]:
    """What failed, and why."""
    assert report.ok is not any(check.outcome == "failed" for check in report.checks)
    return {check.name: check.detail for check in report.checks if check.outcome == "failed"}


def leaves(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values of a document that hold no others."""
    inner = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    if not inner:
        yield path
    for name, value in inner:
        yield from leaves(value, (*path, name))


def other(value: Any) -> Any:
    """Another value of the same kind; of none, one of another kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return str(Pubkey.default()) if value == "" else value[:-1] + ("1" if value[-1] != "1" else "2")
    return "something"


def altered(document: Any, path: tuple[Any, ...], drop: bool = False) -> Any:
    """The document with one value changed, or without it."""
    made = copy.deepcopy(document)
    at = made
    for name in path[:-1]:
        at = at[name]
    if drop:
        del at[path[-1]]
    else:
        at[path[-1]] = other(at[path[-1]])
    return made


def remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same answer for the same commit, without asking chain and store again."""
    known: dict[Pubkey, Any] = {}

    async def asked(reader: Any, address: Pubkey, *rest: Any) -> Any:
        if address not in known:
            known[address] = await function(reader, address, *rest)
        return known[address]

    return asked


async def test_every_altered_field_is_refused_by_name(
    team: Team, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await grown(team)
    folder = team.path("folder")
    await owner.export("HEAD", folder)
    assert (await owner.verify_export(folder)).ok
    # Some hundred times, and what is made again is the same each time.
    for name in ("lineage_of", "expected"):
        monkeypatch.setattr(checking, name, remembering(getattr(checking, name)))
    for name in (room.PROVENANCE, room.BOM):
        document = json.loads((folder / name).read_text())
        for path in leaves(document):
            if path[-1] == "federity":
                continue  # which version wrote it: no fact of the chain
            for drop in (False, True):
                (folder / name).write_text(json.dumps(altered(document, path, drop)))
                try:
                    report = await owner.verify_export(folder)
                except FederityError as error:
                    assert path[-1] == "commit", (path, error)
                    assert isinstance(error, BadBlob)
                    continue
                assert name in wrong(report), path
                said = wrong(report)[name]
                assert str(next(p for p in reversed(path) if isinstance(p, str))) in said, (path, said)
        (folder / name).write_text(json.dumps(document))
    assert (await owner.verify_export(folder)).ok


async def test_a_folder_says_what_the_chain_says(team: Team, home: Path) -> None:
    owner = await grown(team)
    folder = team.path("folder")
    await owner.export("HEAD", folder)
    view = await owner.show()
    statement = json.loads((folder / room.PROVENANCE).read_text())
    assert {one["name"] for one in statement["subject"][1:]} == {"README.md", "model.safetensors"}
    made = statement["predicate"]["buildDefinition"]
    assert made["externalParameters"]["commit"].endswith(f":{view.address}")
    inner = made["internalParameters"]
    assert (inner["kind"], inner["parent"], inner["author"]) == ("operation", view.parent, view.author)
    # Of the owner's one commit nothing is left: what remains is the other's, whole.
    assert inner["contributors"] == [{"wallet": team.address("ann"), "share": "1", "updates": 1}]
    base, *updates = made["resolvedDependencies"]
    log = await owner.log()
    assert base["digest"]["sha256"] == log[-1].blob_hash
    (update,) = updates
    assert update["annotations"] == {
        "author": team.address("ann"),
        "weight": "1",
        "level": 0,
        "samples": 9,
    }
    assert update["digest"]["sha256"] == log[1].id
    bill = json.loads((folder / room.BOM).read_text())["metadata"]["component"]
    assert [one["uid"] for one in bill["pedigree"]["commits"]] == [log[1].id]
    assert bill["pedigree"]["ancestors"][0]["hashes"][0]["content"] == log[-1].blob_hash
    card = (folder / "README.md").read_text()
    for name in BASES:
        assert f'- "{name}"\n' in card
    assert "base_model_relation: merge\n" in card
    # Declared once and for good: another base that goes on from there was made of the same.
    await owner.branch_create("wider", model={**weights(), "more": np.zeros(3, np.float32)})
    await owner.checkout("wider", weights() | {"more": np.zeros(3, np.float32)}, force=True)
    await owner.export("wider", team.path("wider"))
    card = (team.path("wider") / "README.md").read_text()
    assert f'- "{BASES[1]}"\n' in card and "base_model_relation" not in card
    assert (await owner.verify_export(team.path("wider"))).ok
    bases = json.loads((team.path("wider") / room.BOM).read_text())["metadata"]["component"]["pedigree"]
    assert len(bases["ancestors"]) == 2


async def test_files_that_are_not_the_commits_are_named(team: Team, home: Path) -> None:
    owner = await grown(team)
    folder = team.path("folder")
    await owner.export("HEAD~1", folder)
    keep = team.path("keep")
    shutil.copytree(folder, keep)

    async def refused() -> set[str]:
        found = wrong(await owner.verify_export(folder))
        shutil.rmtree(folder)
        shutil.copytree(keep, folder)
        return set(found)

    # What git and the Hub's client leave there is no part of it.
    (folder / ".git").mkdir()
    (folder / ".cache").mkdir()
    (folder / ".gitattributes").write_text("*")
    assert await refused() == set()
    weights_of = SafetensorsAdapter()
    tensors = {
        name: np.array(value) for name, value in weights_of.tensors(folder / "model.safetensors").items()
    }
    tensors["layer.bias"][0] += 1
    weights_of.load(folder / "model.safetensors", tensors)
    assert await refused() == {"model.safetensors", room.PROVENANCE, room.BOM}
    (folder / "pytorch_model.bin").write_bytes(b"code")
    assert await refused() == {"pytorch_model.bin", room.PROVENANCE, room.BOM}
    (folder / ".writing-it").write_bytes(b"hidden")
    assert await refused() == {".writing-it", room.PROVENANCE, room.BOM}
    (folder / "inner").mkdir()
    (folder / "inner" / "config.json").write_text("{}")
    assert await refused() == {"inner/config.json", room.PROVENANCE, room.BOM}
    (folder / room.BOM).unlink()
    assert await refused() == {room.BOM}
    (folder / room.BOM).write_text('{"version": 1, "version": 1}')
    assert await refused() == {room.BOM}
    text = (folder / "README.md").read_text()
    (folder / "README.md").write_text(text.replace("L0 signed", "L3 signed"))
    report = await owner.verify_export(folder)
    assert "line " in wrong(report)["README.md"]

    # Even if the altered file is named consistently everywhere, chain and store say otherwise.
    for name in (room.PROVENANCE, room.BOM):
        new, old = room.digests(folder)["README.md"], room.digests(keep)["README.md"]
        (folder / name).write_text((folder / name).read_text().replace(old, new))
    assert "README.md" in await refused()


async def test_words_that_nobody_can_read_now_are_no_verdict(team: Team, home: Path) -> None:
    owner = await grown(team)
    folder = team.path("folder")
    await owner.export("HEAD", folder)
    (note,) = [path for path in team.store.root.rglob("*") if b"This reverts" in _bytes(path)]
    note.unlink()
    fresh = await team.clone("fresh", owner.url)
    report = await fresh.verify_export(folder)
    (check,) = [check for check in report.checks if check.name == "README.md"]
    assert (report.ok, report.complete, check.outcome) == (True, False, "absent")
    card = (folder / "README.md").read_text()
    (folder / "README.md").write_text(card.replace("| operation | L0 |", "| operation | L1 |"))
    assert "README.md" in wrong(await fresh.verify_export(folder))


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


async def test_what_is_no_export_of_this_repository_is_refused(team: Team, home: Path) -> None:
    owner = await grown(team)
    with pytest.raises(NotFound, match=r"no provenance\.json"):
        await owner.verify_export(team.path("owner"))
    with pytest.raises(NotFound, match=r"no provenance\.json"):
        await owner.verify_export(team.path("nowhere"))
    stranger = await Repository.create(
        await team.session("ann"), team.path("other"), weights(3), name="other", insecure=True
    )
    await stranger.export("HEAD", team.path("theirs"))
    with pytest.raises(BadBlob, match="this repository does not have"):
        await owner.verify_export(team.path("theirs"))
    for text in ("", "[]", "{}", "{" * 100, '{"predicate": 1}', "\ud800"):
        (team.path("theirs") / room.PROVENANCE).write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(BadBlob, match=r"provenance\.json"):
            await owner.verify_export(team.path("theirs"))


async def test_a_signed_folder_says_who_signed_it(team: Team, home: Path) -> None:
    owner = await grown(team)
    unsigned = team.path("unsigned")
    assert (await owner.export("HEAD", unsigned)).signer == ""
    report = await owner.verify_export(unsigned)
    assert (report.ok, report.complete, report.signer) == (True, False, "")
    sign(home, team)
    with pytest.raises(WalletError, match="exists already"):
        sign(home, team)
    folder, keep = team.path("folder"), team.path("keep")
    assert (await owner.export("HEAD", folder)).signer == team.address("owner")
    report = await owner.verify_export(folder)
    assert (report.ok, report.complete) == (True, True)
    assert (report.signer, report.role) == (team.address("owner"), "owner")
    shutil.copytree(folder, keep)

    async def failing(name: str, text: str) -> set[str]:
        (folder / name).write_text(text)
        found = wrong(await owner.verify_export(folder))
        shutil.rmtree(folder)
        shutil.copytree(keep, folder)
        return set(found)

    voucher = json.loads((folder / room.SIGNER).read_text())
    for path in leaves(voucher):
        assert room.SIGNER in await failing(room.SIGNER, json.dumps(altered(voucher, path))), path
    assert room.PUBLIC in await failing(room.PUBLIC, (folder / room.PUBLIC).read_text() + "\n")
    for name in (room.ENVELOPE, room.SIGNATURE):
        document = json.loads((folder / name).read_text())
        for path in leaves(document):
            if path[-1] != "keyid":  # a hint, which nobody signs
                assert name in await failing(name, json.dumps(altered(document, path))), path
    # A signature over what the folder said before is none of what it says now.
    statement = (folder / room.PROVENANCE).read_text()
    found = await failing(room.PROVENANCE, statement.replace('"weight": "1"', '"weight": "1/2"'))
    assert {room.PROVENANCE, room.ENVELOPE, room.SIGNATURE} <= found
    (folder / room.SIGNATURE).unlink()
    assert "model.sig is not there" in wrong(await owner.verify_export(folder))["signature"]


async def test_somebody_elses_signature_is_named_as_theirs(team: Team, home: Path) -> None:
    owner = await grown(team)
    await team.session("eve")
    eve = await team.clone("eve", owner.url)
    SigningKey.create(key_file(home, team.address("eve")))
    await eve.export("HEAD", team.path("hers"))
    report = await owner.verify_export(team.path("hers"))
    assert (report.ok, report.signer, report.role) == (True, team.address("eve"), "no member")
    # Her voucher is for her key, and no one else's.
    sign(home, team)
    await owner.export("HEAD", team.path("folder"))
    for name in (room.SIGNATURE, room.ENVELOPE, room.PUBLIC):
        shutil.copy(team.path("hers") / name, team.path("folder") / name)
    assert set(wrong(await owner.verify_export(team.path("folder")))) == {
        room.PUBLIC,
        room.ENVELOPE,
        room.SIGNATURE,
    }


async def test_a_key_that_is_none_stops_an_export_before_it_begins(team: Team, home: Path) -> None:
    owner = await grown(team)
    path = key_file(home, team.address("owner"))
    path.parent.mkdir(parents=True)
    for text in ("", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        path.write_text(text)
        with pytest.raises(WalletError, match=r"no P-256 key"):
            await owner.export("HEAD", team.path("folder"))
        assert not team.path("folder").exists()


async def test_the_explorer_says_the_same_of_a_commit(team: Team, home: Path, tmp_path: Path) -> None:
    owner = await grown(team)
    await owner.branch_create("wider", model={**weights(), "more": np.zeros(3, np.float32)})
    # A fork stands on the other's commits.
    bob = await team.session("bob")
    await Repository.fork(bob, owner.url, name="mine")
    fork = await team.clone("bob", f"{team.address('bob')}/mine")
    await fork.export("HEAD", team.path("theirs"))
    assert (await fork.verify_export(team.path("theirs"))).repository == owner.url
    await fork.commit(trained(weights(), 5), "in the fork", samples=1)
    await fork.push(level=0)
    await fork.export("HEAD", team.path("forked"))
    report = await fork.verify_export(team.path("forked"))
    assert (report.ok, report.repository) == (True, fork.url)
    with contextlib.closing(Store(tmp_path / "index.sqlite3")) as store:
        follower = Follower(team.chain, store)
        await follower.catch_up()
        store.db.row_factory = sqlite3.Row
        for name in ("HEAD", "HEAD~1", "HEAD~2", "HEAD~3", "wider"):
            address = Pubkey.from_string((await owner.show(name)).address)
            found = await lineage_of(owner.workspace, address)
            assert lineage(store.db, str(address)) == found, name
            assert found.history_level == 0, "all commits are L0, and a base is proved by nobody"
        address = Pubkey.from_string(report.commit)
        assert lineage(store.db, report.commit) == await lineage_of(fork.workspace, address)
        for part in (await owner.show("HEAD~1")).merged:
            address = Pubkey.from_string(part.commit)
            assert lineage(store.db, part.commit) == await lineage_of(owner.workspace, address)
        assert lineage(store.db, str(Pubkey.default())) is None


def test_the_commands(owner: Person, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    assert "no provenance.json" in owner.refused(NotFound, "verify", "--export", str(tmp_path / "nowhere"))
    assert "leave COMMIT out" in owner.run("verify", "HEAD", "--export", str(folder)).err
    assert "no id of a model" in owner.run("init", "x", "--base-model", "a b", "--insecure").err
    assert "would write" in owner.do("key", "signer", "--dry-run")
    assert not (owner.home / "signing").exists()
    assert "unsigned" in owner.do("checkout", "HEAD", "--export", str(tmp_path / "unsigned"))
    # A file that is there stays as it is, a wallet above all.
    wallet = owner.keypair.read_bytes()
    for more in ((), ("--dry-run",)):
        assert "nothing is overwritten" in owner.refused(
            WalletError, "key", "signer", str(owner.keypair), *more
        )
    assert owner.keypair.read_bytes() == wallet
    first = json.loads(owner.do("key", "signer", "signer.pem", "--json"))
    assert json.loads(owner.do("key", "signer", "signer.pem", "--json"))["public"] == first["public"]
    again = json.loads(owner.do("key", "signer", "--json"))
    assert (first["made"], again["made"]) == (True, False)
    assert (owner.here / "signer.pem").read_text() == again["public"] == first["public"]
    assert "signed for" in owner.do("checkout", "HEAD", "--export", str(folder))
    assert "every check passed" in owner.do("verify", "--export", str(folder))
    # A stranger who has no clone, and no key, looks too.
    stranger = owner.newcomer("eve").at(tmp_path)
    assert f"for {owner.address()}, owner of" in stranger.do("verify", "--export", "folder")
    path = folder / "provenance.json"
    path.write_text(path.read_text().replace('"level": 0', '"level": 1', 1))
    done = stranger.run("verify", "--export", "folder")
    assert done.code == ProofError.exit_code
    assert "SOME CHECKS FAILED" in done.out and "level" in done.out
