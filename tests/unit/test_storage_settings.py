"""Settings of where blobs are kept: what is no place is refused when it is set, not when it is used."""

from pathlib import Path

import pytest

from federity.config import Config
from federity.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("storage", ""),
        ("storage", "ipfs"),
        ("arweave_gateways", ""),
        ("arweave_gateways", "arweave.net"),
        ("arweave_gateways", "https://a.example,,https://b.example"),
        ("arweave_gateways", ",".join(f"https://g{n}.example" for n in range(9))),
        ("arweave_upload", "ftp://a.example"),
        ("arweave_upload", "https://a.example,https://b.example"),
        ("arweave_payment", "https:// a.example"),
        ("arweave_node", "https://a.example:0"),
        ("arweave_wallet", ""),
    ],
)
def test_what_names_no_place_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError):
        Config(tmp_path).with_setting(name, value)


def test_gateways_are_asked_in_their_order_and_each_once(tmp_path: Path) -> None:
    urls = "https://b.example/, https://a.example,https://b.example"
    config = Config(tmp_path).with_setting("arweave_gateways", urls)
    assert config.arweave_gateways == "https://b.example,https://a.example"
    config.write()
    assert Config.read(tmp_path) == config
