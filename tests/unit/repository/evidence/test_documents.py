"""Documents of evidence: deterministic, and each field of a lineage is in every one of them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import jsonschema
import pytest
import yaml

from federity.repository.evidence.bom import bom
from federity.repository.evidence.card import card
from federity.repository.evidence.comparing import differences, first
from federity.repository.evidence.lineage import Base, Contributor, Head, Lineage, Part, Update, shares
from federity.repository.evidence.statement import statement
from federity.repository.evidence.written import written

HASH = "ab" * 32
FILES = {"model.safetensors": HASH, "README.md": "cd" * 32}
UPDATES = (
    Update("u1", "01" * 32, "ann", 1, 10, "1/3"),
    Update("u2", "02" * 32, "bob", 0, 5, "-1/3"),
    Update("u3", "03" * 32, "ann", 1, 1, "1"),
)
LINEAGE = Lineage(
    cluster="C" * 44,
    program="program",
    repository="repository",
    creator="creator",
    name="digits",
    insecure=True,
    commit="commit",
    id="id",
    kind="merge",
    parent="parent",
    author="author",
    level=0,
    history_level=0,
    bases=(Base("base", "0a" * 32, "0b" * 32, "0c" * 32, "older"), Base("old", "1a" * 32, HASH, HASH, "")),
    heads=(Head("commit", "merge", "parent", "author", 0, 4, (Part("u1", "1/3"),)),),
    updates=UPDATES,
    contributors=shares(UPDATES),
)


def test_shares_are_exact_and_count_what_was_taken_out() -> None:
    assert shares(UPDATES) == (Contributor("ann", "4/5", 2), Contributor("bob", "1/5", 1))
    assert shares(()) == ()


def test_the_sum_is_of_base_updates_and_weights_alone() -> None:
    assert LINEAGE.sum == replace(LINEAGE, author="another", name="other", heads=()).sum
    assert LINEAGE.sum != replace(LINEAGE, updates=UPDATES[1:]).sum
    assert LINEAGE.sum != replace(LINEAGE, updates=(replace(UPDATES[0], weight="1"), *UPDATES[1:])).sum
    assert LINEAGE.sum != replace(LINEAGE, bases=LINEAGE.bases[1:]).sum


def changed(value: Any) -> Any:
    """Another value of the same type; of a tuple one whose first item is another in each field, in turn."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, str):
        return ["f" * 64 if len(value) == 64 else "7/9" if "/" in value else f"{value}x"]
    made = [
        (replace(value[0], **{field.name: other}), *value[1:])
        for field in fields(value[0])
        for other in changed(getattr(value[0], field.name))
    ]
    return [value[1:], *made]


@pytest.mark.parametrize("make", [statement, bom], ids=["statement", "bill"])
def test_every_field_of_a_lineage_is_in_every_document(make: Any) -> None:
    more = ("1.0",) if make is statement else ()
    whole = written(make(LINEAGE, FILES, *more))
    assert whole == written(make(LINEAGE, FILES, *more))
    for field in fields(Lineage):
        for value in changed(getattr(LINEAGE, field.name)):
            other = written(make(replace(LINEAGE, **{field.name: value}), FILES, *more))
            assert other != whole, (field.name, value)
    for name in FILES:
        assert written(make(LINEAGE, {**FILES, name: "ee" * 32}, *more)) != whole


def test_a_card_is_read_as_the_hub_reads_it() -> None:
    def front(**options: Any) -> Any:
        text = card(LINEAGE, **options)
        assert text.startswith("---\n")
        return yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n"))

    plain = front()
    assert plain["tags"] == ["federity"] and "base_model" not in plain and "library_name" not in plain
    assert plain["federity"]["base_sha256"] == "0a" * 32
    one = front(base_models=["gpt2"], loaded_by="transformers")
    assert (one["base_model"], one["base_model_relation"]) == (["gpt2"], "finetune")
    assert one["library_name"] == "transformers"
    assert front(base_models=["gpt2", "12e3/0"])["base_model"] == ["gpt2", "12e3/0"]
    assert "base_model_relation: merge" in card(LINEAGE, base_models=["gpt2", "a/b"])
    # Nothing was trained on top: the weights are that model's own.
    assert "base_model_relation" not in card(replace(LINEAGE, updates=()), base_models=["gpt2"])


def test_differences_name_type_and_place() -> None:
    expected = {"a": [1, {"b": "x"}], "c": True}
    assert first(differences(expected, expected)) == ""
    assert first(differences(expected, {"a": [1, {"b": "y"}], "c": 1})) == "a[1].b, c"
    assert first(differences(expected, {"a": [1], "c": True})) == "a[1]"
    assert first(differences(expected, {"a": [1, {"b": "x", "d": 0}]})) == "a[1].d, c"
    assert first(differences(expected, [])) == "all of it"
    assert first(differences({}, {str(n): 0 for n in range(9)})) == "0, 1, 2, 3, 4 and more"


def test_a_statement_names_every_file_once() -> None:
    names = [one["name"] for one in statement(LINEAGE, FILES, "1")["subject"]]
    assert names == ["creator/digits@id", "README.md", "model.safetensors"]
    jsonschema.validate(
        bom(LINEAGE, FILES, "model.safetensors")["metadata"]["component"]["hashes"],
        {"type": "array", "minItems": 1},
    )
    refs = [one["bom-ref"] for one in bom(LINEAGE, FILES)["metadata"]["component"]["pedigree"]["ancestors"]]
    assert len(set(refs)) == 2
