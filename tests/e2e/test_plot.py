"""`federity log --plot`: a history in one picture, whole or not at all."""

import json
import re
from pathlib import Path

import pytest

from federity import errors
from support.people import Person, start

pytestmark = pytest.mark.svm


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("machine")
    owner = start(root)
    for seed, accuracy in enumerate(("0.5", "0.75"), 1):
        owner.train(seed)
        owner.do("commit", "-m", "x", "--figure", f"accuracy={accuracy}")
        owner.do("push", "--yes", "--level", "0")
    return root


def test_the_picture_says_what_is_in_the_chain(owner: Person) -> None:
    answer = json.loads(owner.do("log", "--plot", "log.svg", "--json"))
    assert answer == {"file": "log.svg", "moves": 2, "contributors": 1, "declared": 2}
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", (owner.here / "log.svg").read_text())
    assert f"{owner.address()}/digits" in texts
    assert f"{owner.address()[:12]}  100.0%" in texts
    assert any("not proved" in text for text in texts)
    assert any("weights recorded in merges" in text for text in texts)
    assert "log.png" in owner.do("log", "--plot", "log.png")
    assert (owner.here / "log.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_a_picture_of_a_part_of_the_history(owner: Person) -> None:
    assert json.loads(owner.do("log", "HEAD~1", "--plot", "log.svg", "--json"))["moves"] == 1
    owner.refused(errors.NothingToDo, "log", "HEAD~2", "--plot", "log.svg")


@pytest.mark.parametrize("name", ["log.pdf", "log", "log.jpg", "folder.svg", "none/log.svg"])
def test_what_is_no_picture_is_refused_and_nothing_written(owner: Person, name: str) -> None:
    (owner.here / "folder.svg").mkdir()
    before = owner.files()
    owner.refused(errors.ConfigError, "log", "--plot", name)
    assert owner.files() == before


def test_a_full_disk_leaves_the_old_picture(owner: Person) -> None:
    (owner.here / "log.png").write_bytes(b"old")
    before = owner.files()
    owner.refused(errors.StorageFull, "log", "--plot", "log.png", file_limit=8192)
    assert owner.files() == before
