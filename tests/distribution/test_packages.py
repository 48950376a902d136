"""What people install holds all it needs, far from any checkout, and does the main job."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from distribution.conftest import ROOT, Distributions, run
from support.people import weights

pytestmark = [pytest.mark.svm, pytest.mark.prover]

PROGRAM = (ROOT / "programs" / "federity" / "federity.so").read_bytes()


def held(archive: Path) -> dict[str, bytes]:
    """Files of a wheel or source distribution by name."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(archive) as source:
        return {
            member.name: source.extractfile(member).read()  # type: ignore[union-attr]
            for member in source.getmembers()
            if member.isfile()
        }


def metadata(files: dict[str, bytes]) -> Message:
    (text,) = [data for name, data in files.items() if name.endswith(("/METADATA", "/PKG-INFO"))]
    return Parser().parsestr(text.decode())


@pytest.mark.parametrize("pattern", ["federity-*.whl", "federity-*.tar.gz"])
def test_the_program_is_in_it(distributions: Distributions, pattern: str) -> None:
    found = [
        data for name, data in held(distributions.file(pattern)).items() if name.endswith("/federity.so")
    ]
    assert [hashlib.sha256(data).hexdigest() for data in found] == [hashlib.sha256(PROGRAM).hexdigest()]


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("federity-*.whl", "federity-*.data/data/share/man/man1/federity.1"),
        ("federity-*.tar.gz", "federity-*/federity.data/data/share/man/man1/federity.1"),
    ],
)
def test_the_manual_page_is_where_man_finds_it(
    distributions: Distributions, pattern: str, place: str
) -> None:
    files = held(distributions.file(pattern))
    found = [data for name, data in files.items() if fnmatch(name, place)]
    assert found == [(ROOT / "sdk/federity.data/data/share/man/man1/federity.1").read_bytes()]


@pytest.mark.parametrize(
    "pattern",
    [
        f"{package}-*.{kind}"
        for package in ("federity", "federity_keeper", "federity_node")
        for kind in ("whl", "tar.gz")
    ],
)
def test_it_says_what_it_is(distributions: Distributions, pattern: str) -> None:
    files = held(distributions.file(pattern))
    about = metadata(files)
    assert about["License-Expression"] == "Apache-2.0"
    licences = [data for name, data in files.items() if name.endswith("LICENSE")]
    assert (ROOT / "LICENSE").read_bytes() in licences
    assert str(about.get_payload()).startswith("# federity")
    urls = about.get_all("Project-URL") or []
    assert {url.split(",")[0] for url in urls} == {"Homepage", "Documentation", "Changelog", "Issues"}
    assert about.get_all("Classifier")


def test_the_extras_are_the_documented_ones(distributions: Distributions) -> None:
    about = metadata(held(distributions.file("federity-*.whl")))
    assert set(about.get_all("Provides-Extra") or []) == {
        "all",
        "arweave",
        "demo",
        "explorer",
        "node",
        "plot",
        "signing",
        "tensorflow",
        "torch",
    }


def test_the_wheel_is_one_that_an_index_takes(distributions: Distributions) -> None:
    name = distributions.file("federity-*.whl").name
    assert "-cp311-abi3-manylinux_" in name, name


@pytest.mark.parametrize("pattern", ["federity-*.whl", "federity-*.tar.gz"])
def test_it_does_the_main_job(distributions: Distributions, tmp_path: Path, pattern: str) -> None:
    commands = distributions.install(tmp_path / "environment", distributions.file(pattern), "federity-keeper")
    here = tmp_path / "somewhere"
    here.mkdir()
    save_file(weights(), here / "trained.safetensors")
    home = {"FEDERITY_HOME": str(tmp_path / "home")}

    def federity(*words: str, at: Path = here) -> str:
        return run(commands / "federity", *words, here=at, **home)

    federity("key", "new")
    federity("key", "airdrop", "10")
    federity("init", "digits", "--model", "trained.safetensors", "--name", "digits", "--insecure")
    copy = here / "digits"
    federity("push", "--yes", at=copy)
    trained = {name: value + np.float32(0.01) for name, value in weights().items()}
    save_file(trained, copy / "model.safetensors")
    federity("commit", "-m", "one more epoch", "--samples", "512", at=copy)
    federity("push", "--yes", at=copy)
    assert "every check passed" in federity("verify", "HEAD", at=copy)
    federity("pull", at=copy)
    published = load_file(copy / "model.safetensors")
    assert all(np.abs(published[name] - trained[name]).max() < 0.005 for name in trained)
    assert run(commands / "federity-keeper", "--version", here=here).startswith("federity-keeper ")
    where = run(commands / "python", "-c", "import federity; print(federity.__file__)", here=here)
    assert where.startswith(str(tmp_path))


def test_a_node_answers(distributions: Distributions, tmp_path: Path) -> None:
    wheel = distributions.file("federity-*.whl")
    commands = distributions.install(tmp_path / "environment", wheel, "federity-node")
    node = subprocess.Popen(
        [commands / "federity", "node", "--json", "--port", "0"],
        cwd=tmp_path,
        env={"FEDERITY_HOME": str(tmp_path / "home"), "PATH": ""},
        stdout=subprocess.PIPE,
        text=True,
    )
    with node:
        assert node.stdout is not None
        try:
            said = json.loads("".join(takewhile("}\n".__ne__, node.stdout)) + "}")

            def federity(*words: str) -> str:
                return run(
                    commands / "federity", *words, here=tmp_path, FEDERITY_HOME=str(tmp_path / "person")
                )

            federity("key", "new")
            federity("key", "airdrop", "10", "-u", said["url"])
            assert json.loads(federity("balance", "--json", "-u", said["url"]))["lamports"] == 10 * 10**9
        finally:
            node.terminate()
            assert node.wait(30) == 0
