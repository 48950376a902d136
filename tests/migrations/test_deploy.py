"""The numbered scripts, run as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from federity._generated.accounts import VerifyingKey
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from federity.chain.embedded import EmbeddedChain
from federity.chain.program import packaged_program
from federity.config import Config
from federity.errors import WrongProgram
from federity.wallet import Wallet

pytestmark = pytest.mark.svm

ROOT = Path(__file__).resolve().parents[2]


def migrate(home: Path, *options: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "migrations.run", *options],
        cwd=ROOT,
        env={**os.environ, "FEDERITY_HOME": str(home)},
        input=answer,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Wallet.create(tmp_path / "id.json")
    return tmp_path


async def deployed(home: Path) -> bytes | None:
    async with await EmbeddedChain.open(Config.read(home).chain, {}) as chain:
        return await chain.program(PROGRAM_ID)


def test_off_this_machine_the_address_is_said(home: Path) -> None:
    # Refused before anybody is asked: there is no such host.
    refused = migrate(home, "--yes", "--url", "https://node.invalid/?api-key=hidden")
    assert refused.returncode == WrongProgram.exit_code
    assert f"--program {PROGRAM_ID}" in refused.stderr
    assert "hidden" not in refused.stderr


async def test_it_plans_asks_and_deploys_once(home: Path) -> None:
    refused = migrate(home, answer="n\n")
    assert refused.returncode == 1
    assert f"deploy the program at {PROGRAM_ID}" in refused.stdout
    assert await deployed(home) is None

    done = migrate(home, "--yes")
    assert done.returncode == 0, done.stderr
    assert await deployed(home) == packaged_program()

    again = migrate(home)
    assert again.returncode == 0, again.stderr
    assert "0001_deploy: nothing to do" in again.stdout


async def test_other_code_is_upgraded(home: Path) -> None:
    async with await EmbeddedChain.open(Config.read(home).chain, {PROGRAM_ID: b"\x7fELF other"}):
        pass
    done = migrate(home, "--yes")
    assert done.returncode == 0, done.stderr
    assert f"upgrade the program at {PROGRAM_ID}" in done.stdout
    assert await deployed(home) == packaged_program()


async def test_development_keys_are_created_once(home: Path) -> None:
    async with await EmbeddedChain.open(Config.read(home).chain) as chain:
        await chain.airdrop(Wallet.read(home / "id.json").pubkey, 10_000_000_000)
    done = migrate(home, "--yes", "--development-keys", "1024")
    assert done.returncode == 0, done.stderr
    assert "create the development key for units of 1024 elements" in done.stdout
    async with await EmbeddedChain.open(Config.read(home).chain) as chain:
        ((address, data),) = await chain.program_accounts(VerifyingKey.DISCRIMINATOR)
    assert pda.key(VerifyingKey.decode(data).bytes_) == address
    again = migrate(home, "--development-keys", "1024")
    assert again.stdout.count("nothing to do") == 4


async def test_an_opened_chain_has_the_packaged_program(home: Path) -> None:
    async with await EmbeddedChain.open(Config.read(home).chain) as chain:
        account = await chain.account(PROGRAM_ID)
        assert account is not None
        assert account.executable
    assert await deployed(home) == packaged_program()


def test_a_missing_wallet_is_one_sentence(tmp_path: Path) -> None:
    done = migrate(tmp_path)
    assert done.returncode == 10
    assert done.stderr.startswith("error: There is no keypair file")
    assert len(done.stderr.strip().splitlines()) == 1


def test_code_for_another_address_is_asked_for(home: Path) -> None:
    done = migrate(home, "--program", "11111111111111111111111111111112")
    assert done.returncode == 3
    assert "The packaged program declares the address" in done.stderr
    (home / "no.so").write_bytes(b"text")
    done = migrate(home, "--code", str(home / "no.so"))
    assert done.returncode == 3
    assert "it is not an ELF file" in done.stderr
    assert migrate(home, "--code", str(home / "missing.so")).returncode == 6
    (home / "idl.json").write_text('{"address": 1}')
    done = migrate(home, "--idl", str(home / "idl.json"))
    assert done.returncode == 3 and "is no IDL: it has no address or no instructions" in done.stderr
    (home / "idl.json").write_text("[")
    assert migrate(home, "--idl", str(home / "idl.json")).returncode == 3
    for option in ("--program", "--authority"):
        assert migrate(home, option, "nobody").returncode == 2
    done = migrate(home, "--yes", "--authority", "none")
    assert "The embedded chain has no upgrade authority" in done.stderr
