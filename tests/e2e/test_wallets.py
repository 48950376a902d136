"""Which wallet acts in a working copy, and that everybody is told."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from federity.errors import ConfigError, NotFound, WrongCluster
from support.people import Person

pytestmark = pytest.mark.svm


def unnamed(person: Person, *arguments: str, **environment: str) -> Any:
    """Run a command that names no wallet."""
    done = subprocess.run(
        [sys.executable, "-m", "federity.cli.main", *arguments, "--json"],
        cwd=person.here,
        env={**os.environ, "FEDERITY_HOME": str(person.home), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_clone_remembers_the_wallet_it_was_made_with(owner: Person, tmp_path: Path) -> None:
    bob = owner.newcomer("bob")
    spec, bobs = f"{owner.address()}/digits", bob.address()
    bob.at(tmp_path).do("clone", spec, "bob")
    bob = bob.at(tmp_path / "bob")
    who = unnamed(bob, "whoami")
    assert who["wallet"] == bobs
    assert who["signer"] == {"address": bobs, "keypair": str(bob.keypair), "from": "this working copy"}
    other = owner.newcomer("other")
    assert unnamed(bob, "address", FEDERITY_KEYPAIR=str(other.keypair))["address"] == other.address()
    assert unnamed(bob, "balance")["lamports"] == 10 * 10**9
    assert unnamed(bob, "airdrop", "1", other.address())["lamports"] == 11 * 10**9
    assert unnamed(bob, "config", "--local", "set", "keypair", str(owner.keypair))["keypair"]
    priced = unnamed(bob, "branch", "create", "x", "--dry-run")
    assert priced["signer"]["address"] == priced["payer"]["address"] == owner.address()
    unnamed(bob, "config", "--local", "unset", "keypair")
    assert unnamed(bob, "address")["address"] == owner.address()
    assert (bob.here / ".federity" / ".gitignore").read_text() == "*\n"


def test_a_working_copy_stays_on_its_chain(owner: Person, tmp_path: Path) -> None:
    here = owner.here / ".federity" / "config.toml"
    before = here.read_bytes()
    other = replace(owner, home=tmp_path / "other")
    other.do("airdrop", "1")
    refused = other.refused(WrongCluster, "config", "--local", "set", "url", "embedded")
    assert "another chain" in refused
    assert here.read_bytes() == before
    owner.do("config", "--local", "set", "url", "embedded")
    assert here.read_bytes() == before


def test_a_commit_declares_what_the_working_copy_remembers(owner: Person) -> None:
    def made(*words: str) -> Any:
        owner.train()
        return json.loads(owner.do("commit", "-m", "x", "--json", *words))["samples"]

    owner.do("config", "unset", "samples")
    owner.train()
    assert "--samples N" in owner.run("commit", "-m", "x").err
    assert owner.run("commit", "-m", "x").code == 2
    assert json.loads(owner.do("status", "--json"))["commits"] == []
    owner.do("config", "--local", "set", "samples", "512")
    assert (made(), made("--samples", "7"), made("--samples", "0")) == (512, 7, 0)
    owner.train()
    assert "declares 512 training samples, as this working copy remembers" in owner.do("commit", "-m", "x")
    owner.do("config", "--local", "unset", "samples")
    assert owner.run("commit", "-m", "x").code == 2


def test_a_contact_s_name_goes_wherever_its_address_does(owner: Person, tmp_path: Path) -> None:
    bob, address = owner.newcomer("bob"), owner.address()
    bobs = bob.address()
    owner.do("contact", "add", "zebedee", str(bob.keypair))
    bob.do("contact", "add", "florence", address)
    assert "zebedee" in owner.do("contact")
    assert json.loads(owner.do("balance", "zebedee", "--json"))["address"] == bobs
    owner.do("member", "add", "zebedee", "--yes")
    assert ["zebedee", bobs, "contributor"] in [line.split()[:3] for line in owner.do("member").splitlines()]
    bob = bob.at(tmp_path)
    bob.do("clone", "florence/digits", "bob")
    bob = bob.at(tmp_path / "bob")
    bob.train()
    bob.do("commit", "-m", "one")
    bob.do("push", "--yes", "--level", "0")
    assert [view["author"] for view in json.loads(owner.do("log", "main", "--json"))] == [bobs, address]
    assert owner.do("log", "main", "--author", "zebedee", "--oneline").split() == [
        json.loads(bob.do("show", "--json"))["id"][:12],
        "one",
    ]
    assert f"zebedee ({bobs})" in owner.do("show", "main")
    assert owner.refused(NotFound, "contact", "remove", "nobody")
    owner.do("member", "set-role", "zebedee", "maintainer", "--yes")
    owner.do("contact", "remove", "zebedee")
    assert owner.run("member", "remove", "zebedee", "--yes").code == ConfigError.exit_code
    # A name is a person's own affair: nothing that others can read has it.
    held = [path.read_bytes() for path in owner.home.rglob("*") if path.is_file()]
    held += [*owner.files().values(), *bob.files().values()]
    assert any(b"florence" in data for data in held)
    assert not any(b"zebedee" in data or b"florence" in data for data in held if b"[people]" not in data)


def test_who_signs_and_who_pays_is_said(owner: Person) -> None:
    sponsor = owner.newcomer("sponsor")
    said = owner.do("branch", "create", "x", "--yes", "--fee-payer", str(sponsor.keypair))
    assert f"signer: {owner.address()} ({owner.keypair}, from --keypair)" in said
    assert f"payer:  {sponsor.address()} ({sponsor.keypair}, from --fee-payer)" in said


def test_too_little_money_names_the_wallet_and_what_it_has(owner: Person) -> None:
    owner.do("key", "new", "poor.json")
    assert "too little" in owner.do("branch", "create", "x", "--dry-run", "--fee-payer", "poor.json")
    refused = owner.run("branch", "create", "x", "--yes", "--fee-payer", "poor.json")
    assert refused.code == 11
    assert "which has 0 SOL" in refused.err
