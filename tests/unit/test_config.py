"""Settings: defaults, what is written, and what is refused."""

from pathlib import Path

import pytest

from federity.config import CLUSTERS, Config, resolve_url
from federity.errors import ConfigError, FileUnavailable


def test_defaults_live_under_home(tmp_path: Path) -> None:
    config = Config.read(tmp_path)
    assert (config.url, config.keypair) == ("embedded", None)
    assert [config.chain, config.store, config.cache] == [
        tmp_path / name for name in ("chain", "store", "cache")
    ]


def test_home_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path / "there"))
    assert Config.read().home == tmp_path / "there"
    monkeypatch.delenv("FEDERITY_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Config.read().home == tmp_path / ".federity"


def test_settings_read_back(tmp_path: Path) -> None:
    config = (
        Config.read(tmp_path).with_setting("url", "devnet").with_setting("keypair", 'a "quoted" \\ key.json')
    )
    config.write()
    assert Config.read(tmp_path) == config
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_an_absolute_keypair_stays(tmp_path: Path) -> None:
    config = Config.read(tmp_path).with_setting("keypair", "/elsewhere/id.json")
    assert config.keypair == Path("/elsewhere/id.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("url = ", "cannot be read"),
        ("colour = 'red'", "There is no setting 'colour'"),
        ("url = 3", "is not a text"),
        ("url = 'marsnet'", "is no cluster"),
    ],
)
def test_unusable_settings_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        Config.read(tmp_path)


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileUnavailable, match="cannot be written"):
        Config(tmp_path / "file" / "home").write()


@pytest.mark.parametrize(
    ("short", "name"),
    [("l", "localhost"), ("localnet", "localhost"), ("d", "devnet"), ("t", "testnet"), ("m", "mainnet-beta")],
)
def test_monikers(short: str, name: str) -> None:
    assert resolve_url(short) == resolve_url(name) == CLUSTERS[name]


@pytest.mark.parametrize(
    "url", ["http://", "http://no such host", "http://127.0.0.1:99999", "ftp://host", ""]
)
def test_impossible_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is no cluster"):
        resolve_url(url)


def test_urls_pass() -> None:
    assert resolve_url("http://127.0.0.1:1") == "http://127.0.0.1:1"
    assert resolve_url("embedded") == "embedded"


ADDRESS = "11111111111111111111111111111112"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("commitment", "finalized", "finalized"),
        ("rate_limit", "2.5", 2.5),
        ("rate_limit", "0", 0.0),
        ("priority_fee_cap", "0", 0),
        ("priority_fee_cap", "1000000000", 1_000_000_000),
        ("program", ADDRESS, ADDRESS),
        ("program", "", ""),
        ("program_hash", "AB" * 32, "ab" * 32),
        ("program_authority", "none", "none"),
        ("program_authority", ADDRESS, ADDRESS),
    ],
)
def test_settings_of_clusters(tmp_path: Path, name: str, text: str, value: object) -> None:
    config = Config.read(tmp_path).with_setting(name, text)
    assert getattr(config, name) == value
    config.write()
    assert Config.read(tmp_path) == config


def test_numbers_may_be_numbers(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("rate_limit = 5\npriority_fee_cap = 7\n")
    config = Config.read(tmp_path)
    assert (config.rate_limit, config.priority_fee_cap) == (5.0, 7)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("commitment", "recent"),
        ("commitment", ""),
        *(("rate_limit", text) for text in ("", "fast", "-1", "nan", "inf", "1e9")),
        *(("priority_fee_cap", text) for text in ("", "-1", "1.5", "1000000001", "9" * 30, "\u0663")),
        *(("program", text) for text in ("me", "1" * 31, "none")),
        *(("program_hash", text) for text in ("ab", "g" * 64)),
        *(("program_authority", text) for text in ("nobody", "1")),
    ],
)
def test_unusable_settings_of_clusters_are_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=" is no "):
        Config.read(tmp_path).with_setting(name, text)
