"""`federity config` as git and Solana have it, and the commands about a wallet that ask no chain."""

import json
from pathlib import Path

import pytest

from federity.cli.main import main
from federity.config import Config
from federity.wallet import Wallet

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("FEDERITY_KEYPAIR", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def said(capsys: Captured, *words: str, code: int = 0) -> str:
    assert main(["config", *words]) == code
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize("words", [["url", "devnet"], ["set", "url", "devnet"], ["set", "-u", "devnet"]])
def test_set_and_get(words: list[str], capsys: Captured) -> None:
    assert said(capsys, *words) == "devnet"
    assert said(capsys, "url") == said(capsys, "get", "url") == "devnet"
    assert json.loads(said(capsys, "get", "--json")) == json.loads(said(capsys, "--json"))
    assert said(capsys, "unset", "url") == "embedded"
    assert "devnet" not in said(capsys)


def test_a_dry_run_sets_nothing(capsys: Captured) -> None:
    assert said(capsys, "url", "devnet", "--dry-run") == "devnet"
    assert said(capsys, "url") == "embedded"


def test_a_keypair_that_is_none_is_refused(capsys: Captured, tmp_path: Path) -> None:
    assert main(["config", "keypair", "/no/such.json"]) == 10
    (tmp_path / "bad.json").write_text("[]")
    assert main(["config", "set", "-k", "bad.json"]) == 10
    assert Config.read().keypair is None
    made = Wallet.create("good.json")
    capsys.readouterr()
    assert said(capsys, "set", "-k", "good.json") == str(tmp_path / "good.json")
    assert main(["address"]) == 0
    assert capsys.readouterr().out == f"{made.pubkey}\n"


@pytest.mark.parametrize("words", [["x"], ["get", "x"], ["set", "x", "y"], ["unset", "x"]], ids=" ".join)
def test_a_setting_that_is_none(words: list[str], capsys: Captured) -> None:
    said(capsys, *words, code=3)


@pytest.mark.parametrize("words", [["set"], ["set", "url"], ["unset"], ["get", "a", "b"], ["a", "b", "c"]])
def test_words_that_do_not_fit(words: list[str], capsys: Captured) -> None:
    said(capsys, *words, code=2)


def test_solana_s_chain_is_taken_when_asked_for(capsys: Captured, tmp_path: Path) -> None:
    said(capsys, "url", "solana", code=3)
    (tmp_path / ".config" / "solana" / "cli").mkdir(parents=True)
    (tmp_path / ".config" / "solana" / "cli" / "config.yml").write_text('json_rpc_url: "http://there:1"\n')
    assert said(capsys, "url", "solana") == "http://there:1"


def test_a_secret_is_shown_to_who_asks_for_it(capsys: Captured) -> None:
    url = "https://user:pass-word@node.example/?api-key=hidden"
    assert "pass-word" not in said(capsys, "url", url)
    for words in (["url"], ["get", "url"], [], ["--json"], ["get", "url", "--json"]):
        shown = said(capsys, *words)
        assert "node.example" in shown and "pass-word" not in shown and "hidden" not in shown
    assert said(capsys, "url", "--show-secrets") == url
    assert Config.read().url == url


def test_outside_a_working_copy_nothing_is_local(capsys: Captured) -> None:
    said(capsys, "--local", code=4)
