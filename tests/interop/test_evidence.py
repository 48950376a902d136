"""What an exported folder carries, before validators: OpenSSF's, in-toto's, CycloneDX's, the Hub's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.people import Person, start

pytestmark = pytest.mark.svm

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".tools" / "evidence" / "bin" / "python"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, Path]:
    """A signed folder of a head with two commits, and whose it is."""
    if not PEER.exists():
        pytest.skip("the peers' environment is not there: run `make interop`")
    root = tmp_path_factory.mktemp("machine")
    owner = start(root, "--base-model", "someone/tiny")
    for seed in (1, 2):
        owner.train(seed)
        owner.do("commit", "-m", f"epoch {seed}", "--samples", "8")
        owner.do("push", "--yes", "--level", "0")
        owner.do("pull")
    owner.do("key", "signer")
    owner.do("checkout", "HEAD", "--export", str(root / "folder"))
    return owner, root / "folder"


@pytest.fixture(scope="module")
def theirs(exported: tuple[Person, Path]) -> dict[str, Any]:
    """What the peers read."""
    done = subprocess.run(
        [PEER, Path(__file__).with_name("evidence_peer.py"), exported[1]],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def log(owner: Person) -> list[dict[str, Any]]:
    """The commits of the head, oldest first."""
    found: list[dict[str, Any]] = json.loads(owner.do("log", "--json"))
    return found[::-1]


def test_model_signing_verifies_the_folder_and_refuses_another_byte(theirs: dict[str, Any]) -> None:
    assert theirs["signature"] is True
    assert "Hash mismatch for 'model.safetensors'" in theirs["refused"]


def test_in_toto_reads_statement_and_envelope(exported: tuple[Person, Path], theirs: dict[str, Any]) -> None:
    assert theirs["envelope"] is True
    read = theirs["provenance"]
    assert read["type"] == "https://slsa.dev/provenance/v1"
    base, *updates = log(exported[0])
    assert read["dependencies"][0] == base["blob_hash"]
    assert sorted(read["dependencies"][1:]) == sorted(update["id"] for update in updates)
    assert {"README.md", "model.safetensors"} < set(read["subjects"])


def test_cyclonedx_reads_the_pedigree(exported: tuple[Person, Path], theirs: dict[str, Any]) -> None:
    base, *updates = log(exported[0])
    read = theirs["bill"]
    assert read["type"] == "machine-learning-model"
    assert read["ancestors"] == [base["blob_hash"]]
    assert sorted(read["commits"]) == sorted(update["id"] for update in updates)
    assert read["hashes"] == [theirs["provenance"]["subjects"]["model.safetensors"]["sha256"]]


def test_the_hub_reads_the_card(theirs: dict[str, Any]) -> None:
    assert theirs["card"] == {
        "base_model": ["someone/tiny"],
        "base_model_relation": "finetune",
        "library_name": None,
        "tags": ["federity"],
    }


def test_ours_agrees_with_theirs(exported: tuple[Person, Path]) -> None:
    owner, folder = exported
    report = json.loads(owner.do("verify", "--export", str(folder), "--json"))
    assert report["complete"] and report["signer"] == owner.address()
    # Anywhere else it clones first, and leaves nothing behind.
    report = json.loads(owner.at(folder.parent).do("verify", "--export", folder.name, "--json"))
    assert report["complete"] and sorted(path.name for path in folder.parent.iterdir()) == [
        "digits",
        "folder",
        "home",
    ]
