"""Documentation under test: what exists is described, what is described exists."""

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from federity import errors
from federity.cli.main import build
from federity_keeper.config import Config
from federity_keeper.policy import Policy

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
QUICKSTART = (DOCS / "guides" / "quickstart.md").read_text()
PROTOCOL = (DOCS / "protocol.md").read_text()
PROGRAM = (DOCS / "program.md").read_text()
IDL = json.loads((ROOT / "protocol" / "idl.json").read_text())


def described(text: str, word: str) -> bool:
    """Whether `word`, as code, is in a heading or in the first two cells of a table row."""
    code = f"`{word}`"
    return any(
        code in (line if line.startswith("#") else "|".join(line.split("|")[1:3]))
        for line in text.splitlines()
        if line.startswith(("#", "|"))
    )


def commands(parser: argparse.ArgumentParser, prefix: str = "") -> Iterator[str]:
    """Names of all commands, verbs as `branch create`."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield prefix + name
                yield from commands(child, f"{prefix}{name} ")


def settings() -> set[str]:
    """Names of environment variables that Python or Make sources read."""
    sources = [
        *ROOT.glob("sdk/federity/**/*.py"),
        *ROOT.glob("keeper/**/*.py"),
        *ROOT.glob("node/**/*.py"),
        *ROOT.glob("explorer/**/*.py"),
        ROOT / "Makefile",
    ]
    return {name for path in sources for name in re.findall(r"\bFEDERITY_[A-Z_]+\b", path.read_text())}


@pytest.mark.parametrize("name", [instruction["name"] for instruction in IDL["instructions"]])
def test_every_instruction(name: str) -> None:
    assert described(PROTOCOL, name)


@pytest.mark.parametrize("name", [error["name"] for error in IDL["errors"]])
def test_every_program_error(name: str) -> None:
    assert described(PROGRAM, name)


@pytest.mark.parametrize("name", [event["name"] for event in IDL["events"]])
def test_every_event(name: str) -> None:
    assert described(PROGRAM, name)


@pytest.mark.parametrize("name", sorted(commands(build())))
def test_every_command(name: str) -> None:
    assert described(QUICKSTART, name)


@pytest.mark.parametrize("name", sorted(set(errors.__all__) - {"program_error"}))
def test_every_exit_code(name: str) -> None:
    kind = getattr(errors, name)
    assert re.search(rf"^\| {kind.exit_code} \|.*`{name}`", QUICKSTART, re.MULTILINE), (
        f"{name} is {kind.exit_code}"
    )


def test_every_setting() -> None:
    written = (
        QUICKSTART + (DOCS / "guides" / "keeper.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    )
    assert {name for name in settings() if not described(written, name)} == set()


def test_every_setting_of_the_keeper() -> None:
    names = {field.name for kind in (Config, Policy) for field in fields(kind)} - {"policy", "folder"}
    written = (DOCS / "guides" / "keeper.md").read_text()
    assert {name for name in names if not described(written, name)} == set()


def test_every_attack_has_the_test_that_is_named() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (DOCS / "threat_model.md").read_text())
    assert len(named) > 20
    for path, test in named:
        assert f"def {test}(" in (ROOT / "tests" / path).read_text(), f"{path}::{test}"


PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("*/README.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked.read_text()), target


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as common renderers make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^ {4})make ([a-z][a-z-]+)", page.read_text(), re.MULTILINE))
    assert named <= targets


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert len({page.name[:4] for page in pages}) == len(pages)
    assert [page.name for page in pages[1:] if not page.read_text().startswith(f"# {page.name[:4]}: ")] == []
