"""Pictures and descriptions: the same for the same facts, and no stranger's text is more than text."""

import xml.etree.ElementTree as ET

import pytest
from solders.pubkey import Pubkey

from federity.errors import BadBlob
from federity.repository.ledger.moves import Move, Share
from federity.repository.nfts import document
from federity.repository.nfts.facts import Subject
from federity.repository.nfts.picture import drawn

AUTHORS = [
    str(Pubkey.from_string("11111111111111111111111111111111"))[:-1] + letter for letter in "23456789A"
]


def history(moves: int) -> list[Move]:
    return [
        Move(n, tuple(Share(author, (1 << 16) // 9, "update", None) for author in AUTHORS))
        for n in range(moves)
    ]


def test_a_picture_is_valid_and_the_same_for_the_same_history() -> None:
    picture = drawn("digits <b>&", 'x" onload="y', history(200))
    assert picture == drawn("digits <b>&", 'x" onload="y', history(200))
    root = ET.fromstring(picture)  # noqa: S314
    assert root.attrib["viewBox"] == "0 0 600 600"
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "title", "rect", "text"}
    assert not any("onload" in element.attrib for element in root.iter())
    # The last 60 of 200 moves, nine authors each, and what is always there.
    assert len(list(root.iter())) < 60 * 9 + 30
    ET.fromstring(drawn("empty", "", []))  # noqa: S314


def test_a_description_names_every_fact_and_is_read_back() -> None:
    facts = {"kind": "repository", "head": "h" * 44, "level": 1, "contributions": {"a": 2}}
    subject = Subject(Pubkey.default(), Pubkey.default(), "digits", facts, tuple(history(1)))
    made = document.description(subject, "federity:sha256:00")
    assert made["properties"]["federity"] == facts
    traits = {entry["trait_type"]: entry["value"] for entry in made["attributes"]}
    assert (traits["level"], traits["contributors"]) == ("1", "1")
    data = document.written(made)
    assert document.read(data) == made
    for wrong in (b"[]", b"\xff", b"{", b'"' * 3):
        with pytest.raises(BadBlob):
            document.read(wrong)
