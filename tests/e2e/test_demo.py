"""The demo by its command: the JSON it prints, what was learnt, and every attack refused."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from federity.demo.attacks import CLIENT, PROGRAM
from federity.demo.result import Outcome
from federity.demo.run import run
from federity.demo.table import table
from federity.errors import ConfigError

pytestmark = [pytest.mark.svm, pytest.mark.prover]

ATTACKS = {
    "a delta altered after proving": ("ProofInvalid", 6700, "program"),
    "another blob than the proved one": ("ProofInvalid", 6700, "program"),
    "a proof replayed in another round": ("ProofInvalid", 6700, "program"),
    "a proof replayed by another wallet": ("ProofInvalid", 6700, "program"),
    "a proof replayed in another repository of the same name": ("ProofInvalid", 6700, "program"),
    "a unit put into another's commit": ("Unauthorized", 6000, "program"),
    "one unit proved twice": ("UnitAlreadyProved", 6410, "program"),
    "units placed at one offset": ("ProofInvalid", 6700, "program"),
    "a delta over the norm bound": ("NormBoundExceeded", 6411, "program"),
    "a delta proved at shift 8 and submitted at shift 0": ("ProofInvalid", 6700, "program"),
    "a stranger's commit": ("Unauthorized", 6000, "program"),
    "a reader's commit": ("RoleTooLow", 6001, "program"),
    "a merge whose expected result is not the sum": ("MergeSumMismatch", 6607, "program"),
    "an accepted commit left out of a merge": ("MergeIncomplete", 6608, "program"),
    "a commit merged twice": ("MergeSumMismatch", 6607, "program"),
    "a rejected commit merged": ("CommitRejected", 6505, "program"),
    "a head moved while a round is locked": ("HeadLocked", 6204, "program"),
    "weights that sum to more than one": ("WeightSumExceeded", 6602, "program"),
    "a development SRS in a repository not created insecure": ("SrsNotTrusted", 6101, "program"),
    "a development key in a repository not created insecure": ("KeyNotTrusted", 6704, "program"),
    "a result that does not open the head's commitment": ("CommitmentMismatch", 35, "client"),
    "lanes out of range that open the head's commitment": ("RangeError", 34, "client"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user who has never run it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def document(home: Path) -> dict[str, Any]:
    """What `federity demo --json` prints."""
    environment = {**os.environ, "FEDERITY_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "federity.cli.main", "demo", "--json", "--seed", "2", "--keep", home / "kept"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_it_prints_one_object_of_the_committed_schema(document: dict[str, Any]) -> None:
    schema = json.loads(resources.files("federity.demo").joinpath("schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)


def test_the_merged_model_knows_what_nobody_knew_alone(document: dict[str, Any]) -> None:
    assert len(document["rounds"]) == 3
    assert len(document["contributors"]) == 3
    assert all(len(contributor["missing"]) == 3 for contributor in document["contributors"])
    assert len({contributor["wallet"] for contributor in document["contributors"]}) == 3
    assert 20_000 <= document["merged"]["parameters"] <= 50_000
    best = max(contributor["accuracy_alone"] for contributor in document["contributors"])
    assert document["merged"]["accuracy"] >= best + 0.10
    assert document["merged"]["verified"]


def test_it_says_who_trained_with_what(document: dict[str, Any]) -> None:
    used = {contributor["name"]: contributor["framework"] for contributor in document["contributors"]}
    assert used == {"ada": "torch", "bela": "torch", "cleo": "tensorflow"}
    rows = [line.split()[:2] for line in table(_outcome(document)).splitlines()[1:4]]
    assert rows == [["ada", "PyTorch"], ["bela", "PyTorch"], ["cleo", "TensorFlow"]]


# One round, as on a machine that has no TensorFlow.
WITHOUT = """
import asyncio, json, sys
from pathlib import Path
sys.modules["tensorflow"] = None
from federity.demo.data import shares
from federity.demo.run import play
from federity.demo.stage import Stage

async def main():
    stage = Stage(Path(sys.argv[1]))
    await stage.build(shares(1))
    team, rounds, _ = await play(stage, 1, 1, lambda party, doing: None)
    print(json.dumps([[c.framework for c in team], rounds[0].level, len(rounds[0].contributors)]))

asyncio.run(main())
"""


def test_without_tensorflow_all_use_pytorch(document: dict[str, Any], home: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(tmp_path)],
        env={**os.environ, "FEDERITY_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["torch"] * 3, 1, 3]


def test_every_update_is_proved_and_small(document: dict[str, Any]) -> None:
    made = [part for round_ in document["rounds"] for part in round_["contributors"]]
    assert all(part["level"] == 1 and part["units"] == 2 for part in made)
    assert sum(part["ratio"] for part in made) / len(made) <= 0.03
    assert document["merged"]["proofs_verified"] == sum(part["units"] for part in made)
    assert all(part["lamports"] > 0 and part["transactions"] > 0 for part in made)
    assert all(part["hold_out_with"] > 0 for part in made)
    assert all(sum(p["weight"] for p in r["contributors"]) <= 65536 for r in document["rounds"])


def test_what_one_round_ends_with_the_next_begins_with(document: dict[str, Any]) -> None:
    rounds = document["rounds"]
    for before, after in pairwise(rounds):
        assert {p["accuracy_after"] for p in before["contributors"]} == {
            p["accuracy_before"] for p in after["contributors"]
        }


@pytest.mark.parametrize("name", [*PROGRAM, *CLIENT])
def test_the_attack_is_refused_with_its_own_error(document: dict[str, Any], name: str) -> None:
    found = {attack["name"]: attack for attack in document["attacks"]}
    assert (found[name]["error"], found[name]["code"], found[name]["refused_by"]) == ATTACKS[name]


def test_an_interrupted_demo_leaves_no_process_and_no_file(home: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "federity.cli.main", "demo", "--progress"],
        env={**os.environ, "FEDERITY_HOME": str(home), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    seen = []
    while not any(line.startswith("owner: ") for line in seen):
        seen.append(process.stderr.readline())
        assert seen[-1], seen
    assert any(line.startswith("demo [") for line in seen)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("federity: interrupted")
    assert "Traceback" not in err
    assert not list(tmp_path.glob("federity-demo-*"))
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_what_it_made_is_kept_where_it_was_asked_for(document: dict[str, Any], home: Path) -> None:
    kept = home / "kept"
    assert (kept / "home" / "chain").is_dir() and (kept / "home" / "store").is_dir()
    assert (kept / "owner" / "id.json").is_file()
    with pytest.raises(ConfigError, match="There is something at"):
        asyncio.run(run(0, lambda party, doing: None, keep=kept))


def test_people_get_the_same_as_a_table(document: dict[str, Any]) -> None:
    text = table(_outcome(document))
    assert f"{document['merged']['accuracy']:.1%}" in text
    assert all(attack["name"] in text and str(attack["code"]) in text for attack in document["attacks"])
    assert max(len(line) for line in text.splitlines()) <= 100


def _outcome(document: dict[str, Any]) -> Outcome:
    from federity.demo.result import Attack, Contribution, Contributor, Merged, Round

    return Outcome(
        seed=document["seed"],
        rounds=tuple(
            Round(**{**r, "contributors": tuple(Contribution(**p) for p in r["contributors"])})
            for r in document["rounds"]
        ),
        attacks=tuple(Attack(**attack) for attack in document["attacks"]),
        merged=Merged(**document["merged"]),
        contributors=tuple(Contributor(**c) for c in document["contributors"]),
        seconds=document["seconds"],
    )


def test_the_schema_lies_beside_the_demo() -> None:
    assert Path(str(resources.files("federity.demo"))).joinpath("schema.json").is_file()
