"""Where a keypair is looked for, in which order, and what is said of one that is not there."""

from pathlib import Path

import pytest

from federity.config import Config
from federity.errors import ConfigError, WalletError
from federity.keypairs import ENVIRONMENT, KeypairFile, find, solana_setting
from federity.wallet import Wallet


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of somebody who has set nothing."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("FEDERITY_HOME", raising=False)
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    return tmp_path


def solana(user: Path, text: str) -> None:
    (user / ".config" / "solana" / "cli").mkdir(parents=True, exist_ok=True)
    (user / ".config" / "solana" / "cli" / "config.yml").write_text(text)


def test_the_order(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, theirs = user / ".federity" / "id.json", user / ".config" / "solana" / "id.json"
    assert find(None, None, Config.read()) == KeypairFile(own)
    Wallet.create(theirs)
    assert find(None, None, Config.read()) == KeypairFile(theirs, "Solana's default")
    solana(user, f"---\njson_rpc_url: https://x\nkeypair_path: {user}/other.json\n")
    assert find(None, None, Config.read()) == KeypairFile(user / "other.json", "Solana's settings")
    Wallet.create(own)
    assert find(None, None, Config.read()) == KeypairFile(own)
    settings = Config.read().with_setting("keypair", "/set.json")
    assert find(None, None, settings) == KeypairFile(Path("/set.json"), "the settings")
    assert find(None, Path("/bob.json"), settings) == KeypairFile(Path("/bob.json"), "this working copy")
    monkeypatch.setenv(ENVIRONMENT, "~/env.json")
    assert find(None, Path("/bob.json"), settings) == KeypairFile(user / "env.json", ENVIRONMENT)
    named = KeypairFile(Path("/named.json"), named=True)
    assert find(Path("/named.json"), Path("/bob.json"), settings) == named


@pytest.mark.parametrize("written", ['"/a b.json"', "'/a b.json'", "/a b.json", "/a b.json  "])
def test_solana_s_settings_as_it_writes_them(user: Path, written: str) -> None:
    solana(user, f"---\njson_rpc_url: http://localhost\nkeypair_path: {written}\ncommitment: confirmed\n")
    assert solana_setting("keypair_path") == "/a b.json"
    assert solana_setting("json_rpc_url") == "http://localhost"
    assert solana_setting("websocket_url") is None


def test_solana_s_chain_is_not_taken_unasked(user: Path) -> None:
    solana(user, "json_rpc_url: https://api.mainnet-beta.solana.com\n")
    assert Config.read().url == "embedded"


def test_solana_s_settings_that_cannot_be_read_are_named(user: Path) -> None:
    (user / ".config" / "solana" / "cli" / "config.yml").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"config\.yml cannot be read.*--keypair"):
        find(None, None, Config.read())


def test_a_missing_file_says_what_named_it(user: Path) -> None:
    with pytest.raises(WalletError, match=r"There is no keypair file .*gone\.json\. .* this working copy"):
        KeypairFile(user / "gone.json", "this working copy").read()
    with pytest.raises(WalletError) as refused:
        KeypairFile(user / "gone.json").read()
    assert "named by" not in str(refused.value)
