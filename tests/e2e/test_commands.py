"""A person alone and a small team, through the real commands only."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from support.people import MODEL, Person, start

pytestmark = pytest.mark.svm


def said(person: Person, *arguments: str) -> Any:
    """The one JSON document of a command."""
    return json.loads(person.do(*arguments, "--json"))


def lamports(person: Person) -> int:
    return int(said(person, "whoami")["lamports"])


def test_alone_push_moves_the_head(owner: Person) -> None:
    first = said(owner, "status")
    trained = owner.train()
    assert said(owner, "status")["modified"] is True
    made = said(owner, "commit", "-m", "one epoch", "--samples", "64", "--figure", "loss=0.5")
    assert made["figures"] == {"loss": 0.5}
    assert [c["id"] for c in said(owner, "status")["commits"]] == [made["id"]]
    pushed = said(owner, "push", "--yes", "--level", "0")
    assert pushed["cost"]["lamports"] > 0
    after = said(owner, "status")
    assert (after["head_seq"], after["commits"]) == (first["head_seq"] + 1, [])
    log = said(owner, "log")
    assert [view["seq"] for view in log] == sorted((view["seq"] for view in log), reverse=True)
    assert log[0]["address"] == after["head"]
    assert said(owner, "show", log[0]["address"])["address"] == log[0]["address"]
    held = load_file(owner.here / MODEL)
    assert all(np.abs(held[name] - trained[name]).max() < 1e-2 for name in trained)


def test_any_commit_comes_back_to_the_bit(owner: Person) -> None:
    genesis = (owner.here / MODEL).read_bytes()
    owner.train()
    owner.do("commit", "-m", "x")
    owner.do("push", "--yes", "--level", "0")
    owner.do("pull", "--force")
    head = load_file(owner.here / MODEL)
    owner.do("checkout", "HEAD~1", "--force")
    back = load_file(owner.here / MODEL)
    owner.do("checkout", "main", "--force")
    again = load_file(owner.here / MODEL)
    assert any(not np.array_equal(head[name], back[name]) for name in head)
    assert all(np.array_equal(head[name], again[name]) for name in head)
    (owner.here / "genesis.safetensors").write_bytes(genesis)
    assert all(np.array_equal(back[n], t) for n, t in load_file(owner.here / "genesis.safetensors").items())


def test_a_team_reviews_and_merges(owner: Person, tmp_path: Path) -> None:
    team = []
    for name in ("ada", "bob"):
        person = owner.newcomer(name)
        owner.do("member", "add", person.address(), "--role", "contributor", "--yes")
        team.append(person.at(tmp_path / name))
    protection = ["--protected", "--min-level", "0", "--approvals", "1", "--weighting", "samples"]
    owner.do("branch", "protect", "main", *protection, "--yes")
    (view,) = said(owner, "branch")
    assert (view["protected"], view["approvals"], view["weighting"]) == (True, 1, "samples")
    owner.do("round", "open", "--yes")
    spec = f"{owner.address()}/digits"
    for seed, person in enumerate(team, 1):
        person.at(tmp_path).do("clone", spec, person.here.name)
        person.train(seed)
        person.do("commit", "-m", f"from {person.here.name}", "--samples", str(100 * seed))
        person.do("push", "--yes", "--level", "0")
    proposed = said(owner, "round", "show")["commits"]
    assert sorted(commit["samples"] for commit in proposed) == [100, 200]
    owner.do("review", proposed[0]["address"], "--comment", "-m", "hm", "--yes")
    for commit in proposed:
        owner.do("review", commit["address"], "--approve", "--yes")
    assert "MESSAGE" not in owner.do("merge", "--dry-run")
    assert "takes:     L0 or higher, with 1 approval\n" in owner.do("round", "show")
    merged = said(owner, "merge", "--yes")
    assert merged["finished"]
    assert sorted(commit["weight"] for commit in merged["commits"]) == [65536 // 3, 65536 * 2 // 3]
    owner.do("pull")
    for person in team:
        person.do("pull", "--force")
        assert (person.here / MODEL).read_bytes() == (owner.here / MODEL).read_bytes()
    verified = said(owner, "verify")
    assert verified["ok"]
    assert verified["not_proved"]
    assert {member["role"] for member in said(owner, "member")} == {"owner", "contributor"}
    owner.do("member", "set-role", team[0].address(), "--role", "reader", "--yes")
    owner.do("member", "set-role", team[1].address(), "reader", "--yes")
    assert owner.run("member", "set-role", team[1].address(), "reader", "--role", "keeper", "--yes").code == 2
    assert {member["role"] for member in said(owner, "member")} == {"owner", "reader"}
    owner.do("member", "remove", team[0].address(), "--yes")
    assert len(said(owner, "member", "list")) == 2


def test_branches(owner: Person) -> None:
    owner.do("branch", "create", "experiment", "--yes")
    owner.do("checkout", "experiment")
    assert said(owner, "status")["branch"] == "experiment"
    assert {view["name"] for view in said(owner, "branch", "list")} == {"main", "experiment"}


@pytest.mark.parametrize(
    "command", ["status", "log", "show", "branch", "member", "round", "key", "config", "whoami", "verify"]
)
def test_reading_prints_one_document(owner: Person, command: str) -> None:
    outcome = owner.run(command, "--json")
    assert outcome.code == 0, outcome
    assert outcome.err == ""
    json.loads(outcome.out)
    assert owner.do(command).strip()


def test_nobody_to_ask_means_nothing_is_paid(owner: Person) -> None:
    before = lamports(owner)
    outcome = owner.run("branch", "create", "x")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--yes" in outcome.err
    assert lamports(owner) == before


def test_a_dry_run_says_the_price_and_pays_nothing(owner: Person) -> None:
    before, files = lamports(owner), owner.files()
    owner.train()
    owner.do("commit", "-m", "x")
    files = owner.files()
    estimate = said(owner, "push", "--dry-run", "--level", "0")
    assert estimate["dry_run"] is True
    assert lamports(owner) == before
    assert owner.files() == files
    paid = said(owner, "push", "--yes", "--level", "0")
    assert lamports(owner) == before - paid["cost"]["lamports"]
    assert estimate["cost"]["lamports"] == pytest.approx(paid["cost"]["lamports"], rel=0.1)


@contextmanager
def at_the_question(owner: Person) -> Iterator[tuple[subprocess.Popen[bytes], int, bytes]]:
    """Somebody at a terminal who is asked a price: the process, their end of the terminal, what they saw."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "federity.cli.main", "-k", str(owner.keypair), "branch", "create", "x"],
        cwd=owner.here,
        env={**os.environ, "FEDERITY_HOME": str(owner.home)},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(ours, 4096)
    with process:
        try:
            yield process, ours, seen
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 2), (b"y\n", 0)])
def test_a_person_is_asked(owner: Person, answer: bytes, code: int) -> None:
    before = lamports(owner)
    with at_the_question(owner) as (process, terminal, seen):
        assert b"SOL" in seen
        os.write(terminal, answer)
        process.communicate(timeout=60)
    assert process.returncode == code
    assert (lamports(owner) < before) is (code == 0)


def test_an_interrupt_at_the_question_ends_it(owner: Person) -> None:
    with at_the_question(owner) as (process, terminal, _):
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        said = os.read(terminal, 4096)
    assert (process.returncode, out) == (130, b"")
    assert b"interrupted; nothing was sent" in said


@pytest.mark.prover
def test_an_interrupt_is_one_line_and_the_next_push_goes_on(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    model = {"layer.weight": random.standard_normal((256, 128)).astype(np.float32)}
    owner = start(tmp_path / "machine", model=model)
    owner.write({"layer.weight": model["layer.weight"] + np.float32(0.01)})
    owner.do("commit", "-m", "x")
    process = subprocess.Popen(
        [sys.executable, "-m", "federity.cli.main", "-k", str(owner.keypair), "push", "--yes", "--progress"],
        cwd=owner.here,
        env={**os.environ, "FEDERITY_HOME": str(owner.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    assert "%" in first
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, "")
    last = err.splitlines()[-1]
    assert last.startswith("federity: interrupted")
    assert "Traceback" not in err
    (pushed,) = said(owner, "push", "--yes")["commits"]
    assert pushed["level"] == 1


def test_somebody_else_can_pay(owner: Person) -> None:
    sponsor = owner.newcomer("sponsor")
    before, theirs = lamports(owner), lamports(sponsor)
    owner.do("branch", "create", "x", "--yes", "--fee-payer", str(sponsor.keypair))
    assert lamports(owner) == before
    assert lamports(sponsor) < theirs


def test_a_reader_that_leaves_is_no_error(owner: Person) -> None:
    command = (
        f"{sys.executable} -m federity.cli.main -k {owner.keypair} log --json | true; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=owner.here,
        env={**os.environ, "FEDERITY_HOME": str(owner.home)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
