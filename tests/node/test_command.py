"""`federity node` as a person starts it: what it prints, what it refuses, and how it stops."""

import asyncio
import json
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

import federity
from federity.cli.main import main
from federity.config import Config
from federity.errors import ConfigError
from federity_node.command import limits_of
from federity_node.server import listening
from federity_node.token import token_in

pytestmark = pytest.mark.svm


@asynccontextmanager
async def started(home: Path, *options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, Any]]:
    """A node in a process of its own, and the document that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "federity.cli.main", "node", "--json", "--port", "0", *options),
        env={"FEDERITY_HOME": str(home), "PATH": ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readuntil(b"\n}\n"), 60)
        yield process, json.loads(said)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_the_user_s_chain_until_it_is_told_to_stop(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with started(tmp_path) as (process, said):
        assert said["token"] is None
        assert said["chain"] == str(tmp_path / "chain")
        async with federity.connect(said["url"], home=tmp_path / "other") as session:
            await session.chain.airdrop(federity.Wallet.generate().pubkey, 10**9)
            assert len(await session.chain.program_accounts(b"")) == 0
            assert (await session.chain.genesis_hash()).hex()
        async with httpx2.AsyncClient() as http:
            assert (await http.get(said["url"] + "/health")).text == "ok"
            process.send_signal(number)
            out, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, out, err) == (0, b"", b"")
    async with federity.connect("embedded", home=tmp_path) as session:
        assert await session.chain.slot() > 0


async def test_elsewhere_it_shows_a_token_that_it_keeps(tmp_path: Path) -> None:
    async with started(tmp_path, "--host", "0.0.0.0") as (process, said):  # noqa: S104
        assert len(said["token"]) >= 32
        url = f"http://127.0.0.1:{said['url'].rpartition(':')[2]}"
        airdrop = {"jsonrpc": "2.0", "id": 1, "method": "requestAirdrop", "params": ["1" * 31 + "2", 10**9]}
        async with httpx2.AsyncClient() as http:
            assert "token" in (await http.post(url, json=airdrop)).json()["error"]["message"]
            answer = (await http.post(f"{url}?token={said['token']}", json=airdrop)).json()
            assert "result" in answer
        process.terminate()
        await process.wait()
    kept = tmp_path / "node" / "token"
    assert kept.read_text().strip() == said["token"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_token_that_cannot_stand_in_a_url_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "node" / "token"
    made = token_in(path)
    assert token_in(path) == made
    for text in ("", "short", "x" * 20 + "/?#", "ü" * 30):
        path.write_text(text)
        with pytest.raises(ConfigError, match="token"):
            token_in(path)


def test_ports_that_are_taken_are_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for wanted in (port, port - 1):
            with pytest.raises(ConfigError, match=f"ports {wanted} and {wanted + 1}: "):
                listening("127.0.0.1", wanted)
    with pytest.raises(ConfigError, match="cannot listen at no-such-host"):
        listening("no-such-host.invalid", 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--port", "65535"], "no port"),
        (["--port", "x"], "no port"),
        (["--rate", "-1"], "whole number"),
        (["--connections", "0"], "at least one connection"),
        (["--blob-bytes", "0"], "at least one connection"),
        (["--url", "devnet"], "serves the embedded chain"),
        (["--dry-run"], "no --dry-run"),
    ],
)
def test_what_it_cannot_do_is_refused_before_anything_is_made(
    options: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path / "home"))
    assert main(["node", *options]) in (2, 3)
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_a_damaged_chain_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path))
    folder = Config.read().chain
    folder.mkdir()
    (folder / "chain.sqlite3").write_bytes(b"no database" * 1000)
    assert main(["node", "--port", "0"]) == 63
    assert "damaged" in capsys.readouterr().err


def test_limits_are_those_of_the_place() -> None:
    assert limits_of("127.0.0.1", None, None, None).rate == 0
    assert limits_of("0.0.0.0", None, None, None).rate == 200  # noqa: S104
    assert limits_of("0.0.0.0", 0, 5, 7) == limits_of("127.0.0.1", None, 5, 7)  # noqa: S104
