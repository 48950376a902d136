"""The page that checks: what it may connect to, and that its verifier is the program's, as it is now."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from explorer.hostile import Said
from federity_explorer.views.checking import layout, origin_of
from federity_explorer.views.registry import API

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "explorer" / "federity_explorer" / "static" / "check"
LARGEST = 200_000


def sources() -> str:
    """The hash of all that the module is made of."""
    state = hashlib.sha256()
    folders = ("protocol/src", "verifier/src", "verifier/wasm/src")
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.rs")):
        if "tests" not in path.name:
            state.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return state.hexdigest()


def test_the_module_is_of_these_sources_and_small() -> None:
    """`make explorer-wasm` builds it anew, and writes down of what."""
    assert (CHECK / "verifier.sources").read_text().strip() == sources()
    assert len(gzip.compress((CHECK / "verifier.wasm").read_bytes(), 9)) <= LARGEST


async def test_only_the_reader_s_node_may_be_asked(said: Said) -> None:
    commit = next(url for url in said.pages() if url.startswith("/c/"))
    answer = await said.client.get(f"{commit}/check", params={"rpc": "https://node.example.org/key?secret=1"})
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy and "unsafe-inline" not in policy
    assert policy.endswith("connect-src 'self' https://node.example.org")
    for url in ("javascript:alert(1)", "https://x; script-src *", "ftp://x", "http://a@b", "http://", "//x"):
        answer = await said.client.get(f"{commit}/check", params={"rpc": url})
        assert answer.status_code == 200 and "no URL of an RPC node" in answer.text
        assert answer.headers["content-security-policy"].endswith("connect-src 'self'")
        assert "<script" not in answer.text


def test_origins_are_scheme_host_and_port() -> None:
    assert origin_of("http://127.0.0.1:8899/x?y=z#w") == "http://127.0.0.1:8899"
    assert origin_of("https://[::1]:80") == "https://[::1]:80"
    assert origin_of("https://API.devnet.solana.com") == "https://api.devnet.solana.com"
    for url in (
        "",
        "https://a b",
        "https://a'b",
        "https://x:99999",
        "https://*.org",
        "data:,x",
        "http://u:p@x",
    ):
        assert origin_of(url) is None, url


async def test_the_layout_is_the_program_s(said: Said) -> None:
    told = (await said.client.get(f"{API}/layout.json")).json()
    assert told == layout()
    assert set(told["accounts"]) == {"Commit", "Repository", "VerifyingKey", "Points", "Round", "Operation"}
