"""Bytes that are the ones pointed to, and yet not the vector that was committed to."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

import federity
from federity import errors
from federity.objects import DeltaInfo, encode_delta
from federity.objects.delta import Delta
from federity.repository.reports import LocalCommit
from support.people import Person

pytestmark = pytest.mark.svm


async def lie(person: Person) -> None:
    """Propose the newest local commit with a blob that holds another vector than the declared one."""
    async with federity.connect("embedded", keypair=person.keypair, home=person.home) as session:
        repository = federity.Repository.open(session, person.here)
        workspace = repository.workspace
        (made,) = (await repository.status()).commits
        delta = await workspace.local_delta(made)
        values = delta.values.copy()
        values[0] = (values[0] + 5) % 100
        blob = encode_delta(Delta(values, delta.shift, delta.manifest_hash), DeltaInfo())
        await workspace.objects.put(blob)
        honest = workspace.local_delta

        async def declared(_: LocalCommit) -> Delta:
            return await honest(made)

        workspace.local_delta = declared  # type: ignore[method-assign]
        workspace.worktree.commits.update(replace(made, delta=hashlib.sha256(blob).hexdigest()))
        await repository.push(level=0)


async def test_a_blob_that_does_not_open_its_commitment(owner: Person, tmp_path: Path) -> None:
    liar = owner.newcomer("liar")
    owner.do("member", "add", liar.address(), "--yes")
    owner.do("branch", "protect", "main", "--protected", "--yes")
    owner.do("round", "open", "--yes")
    liar.at(tmp_path).do("clone", f"{owner.address()}/digits", "liar")
    liar = liar.at(tmp_path / "liar")
    liar.train()
    liar.do("commit", "-m", "harmless")
    await lie(liar)
    before = owner.files()
    owner.refused(errors.CommitmentMismatch, "merge", "--yes")
    assert {n: b for n, b in owner.files().items() if n in before} == before
    (proposed,) = json.loads(owner.do("round", "show", "--json"))["commits"]
    outcome = owner.run("verify", proposed["address"])
    assert outcome.code == errors.ProofError.exit_code
    assert "SOME CHECKS FAILED" in outcome.out
    owner.do("review", proposed["address"], "--reject", "--yes")
