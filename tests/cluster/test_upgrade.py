"""An upgrade and the way back, by the migrations as a person runs them, on a validator whose genesis has
accounts of another layout's version.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from solders.pubkey import Pubkey

import federity
from cluster.conftest import CODE, PORT, ROOT, setting
from cluster.test_hard_hours import a_repository, again, people
from e2e.team import SOL, Team, trained, weights
from federity._generated import accounts, instructions, types
from federity._generated.constants import ACCOUNT_VERSION
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from federity.errors import ProgramError, WrongProgram
from federity.objects import LocationKind
from federity.repository.repository import Repository
from federity.wallet import Wallet
from migrations import metadata
from support.validator import Validator, earlier_program

pytestmark = pytest.mark.network

REPOSITORY, COMMIT = Pubkey.new_unique(), Pubkey.new_unique()


def older(kind: str) -> bytes:
    """The saved account of a kind, as a version before the first would have it."""
    data = bytearray((ROOT / "protocol" / "layouts" / f"{kind}.v{ACCOUNT_VERSION}.bin").read_bytes())
    data[accounts.Commit.OFFSETS["version"]] = ACCOUNT_VERSION - 1
    return bytes(data)


def migrate(validator: Validator, wallet: Wallet, *options: str) -> str:
    command = [sys.executable, "-m", "migrations.run", "--url", validator.url, "--yes"]
    command += ["--keypair", str(wallet.path), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def older_ones_are_refused_by_name(team: Team) -> None:
    """By the client that reads them, and by the program that is handed them."""
    session, wallet = await team.session("reader"), team.wallets["reader"]
    with pytest.raises(WrongProgram, match=r"\(Repository\) is of version 0, and this .* reads version 1"):
        await Repository.clone(session, REPOSITORY, team.path("older"))
    step = instructions.location_create(
        payer=wallet.pubkey,
        authority=wallet.pubkey,
        commit=COMMIT,
        location_address=pda.location(COMMIT, wallet.pubkey),
        blob_hash=bytes(32),
        location=types.BlobLocation(tag=LocationKind.LOCAL, id=bytes(32)),
    )
    with pytest.raises(ProgramError) as refused:
        await team.chain.send([step], payer=wallet)
    assert refused.value.name == "WrongVersion"


async def test_an_upgrade_and_the_way_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(tmp_path / "home"))
    holder, vault = Wallet.create(tmp_path / "id.json"), Wallet.create(tmp_path / "vault.json")
    (folder := tmp_path / "validator").mkdir()
    genesis = {REPOSITORY: older("repository"), COMMIT: older("commit")}
    validator = Validator(setting("FEDERITY_TEST_VALIDATOR"), folder, CODE, holder.pubkey, PORT, genesis)
    try:
        await validator.start()
        for wallet in (holder, vault):
            await validator.fund(wallet, 100 * SOL)
        async with people(tmp_path, validator.url) as team:
            owner = await a_repository(team)
            await owner.commit(trained(weights(), 1), "before", samples=1)
            await owner.push(level=0)
            before, wallets = await owner.tensors(), team.wallets
            await older_ones_are_refused_by_name(team)

        # Handed over to a vault, whose the way there and back is from now on.
        said = migrate(validator, holder, "--authority", str(vault.pubkey))
        assert f"federity config program_authority {vault.pubkey}\n" in said
        assert f"publish the IDL at {metadata.address(PROGRAM_ID)}" in said
        other = str(earlier_program(tmp_path))
        there = ("--program", str(PROGRAM_ID), "--code", other, "--idl", "none")
        assert "write a buffer from which" in migrate(validator, holder, *there)
        assert f"left to {vault.pubkey}: upgrade the program" in migrate(validator, holder, *there)
        assert "upgrade the program at" in migrate(validator, vault, *there)

        # Who meets other code signs nothing, and believes no account of it.
        async with federity.connect(validator.url, keypair=vault.path, home=tmp_path / "home") as session:
            with pytest.raises(WrongProgram, match="has other code than expected"):
                await Repository.clone(session, str(owner.address), tmp_path / "none")

        assert "upgrade the program at" in migrate(validator, vault)
        assert migrate(validator, vault).count("nothing to do") == 4
        async with people(tmp_path, validator.url) as team:
            owner = await again(team, wallets)
            reader = await team.clone("late", owner.url)
            after = await reader.tensors()
            assert all(np.array_equal(before[name], after[name]) for name in before)
            assert (await reader.verify("HEAD")).ok
            await owner.commit(trained(before, 2), "after", samples=1)
            assert len((await owner.push(level=0)).commits) == 1
            await older_ones_are_refused_by_name(team)
    finally:
        validator.kill()
