"""No message shows what is secret in a URL, and every message shows which node it is about."""

import pytest

from federity.config import CLUSTERS, resolve_url
from federity.errors import ConfigError
from federity.masking import hide, shown_url

SECRET = "a1B2c3D4e5F6g7H8i9J0"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:" + SECRET + "@node.example:8899", "https://***@node.example:8899"),
        ("https://" + SECRET + "@node.example/", "https://***@node.example/"),
        ("https://node.example/?api-key=" + SECRET, "https://node.example/?api-key=***"),
        ("https://node.example/?" + SECRET + "&a=" + SECRET, "https://node.example/?***&a=***"),
        ("https://node.example/v2/" + SECRET, "https://node.example/v2/***"),
        ("https://node.example/" + "abcdefgh" * 4 + "/rpc", "https://node.example/***/rpc"),
        ("https://node.example/#" + SECRET, "https://node.example/#***"),
        ("http://[::1]:8899", "http://[::1]:8899"),
        ("http://[" + SECRET, "***"),
        ("https://node.example/solana/mainnet", "https://node.example/solana/mainnet"),
        ("embedded", "embedded"),
        *((url, url) for url in CLUSTERS.values()),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown
    assert SECRET not in shown


def test_a_mistyped_url_is_named_without_its_secrets() -> None:
    with pytest.raises(ConfigError) as refused:
        resolve_url(f"htps://ann:{SECRET}@node.example")
    assert SECRET not in str(refused.value)
    assert "node.example" in str(refused.value)


def test_urls_are_found_in_texts() -> None:
    text = f'no answer from http://me:{SECRET}@node ("HTTPS://node/?key={SECRET}")'
    assert hide(text) == 'no answer from http://***@node ("https://node/?key=***")'
    assert hide('{"url": "http://a:b@node/", "x": 1}') == '{"url": "http://***@node/", "x": 1}'
