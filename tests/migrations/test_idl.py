"""The program's IDL on chain: published before the hand-over, changed later, left to a vault."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from federity.chain.base import Receipt
from federity.chain.deployment import LoaderDeployer
from federity.errors import ChainError
from federity.wallet import Wallet
from migrations import metadata
from migrations.plan import Context
from migrations.run import IDL, idl_of, migrate
from support.loader_cluster import MEMO, AnyCluster

pytestmark = pytest.mark.svm


@pytest.fixture
def asked(cluster: AnyCluster) -> Context:
    key = Wallet.generate()
    deployer = LoaderDeployer(cluster, cluster.owner, key)  # type: ignore[arg-type]
    return Context(
        cluster,  # type: ignore[arg-type]
        deployer,
        cluster.owner,
        Path("nowhere"),
        key.pubkey,
        cluster.code(MEMO),
        idl=idl_of(IDL, key.pubkey),
    )


async def published(asked: Context) -> bytes | None:
    (found,) = await asked.chain.accounts([metadata.address(asked.program)])
    return metadata.text_in(found)


async def test_it_is_published_before_the_hand_over_and_says_the_program_s_address(
    cluster: AnyCluster, asked: Context
) -> None:
    vault = Wallet.generate()
    handed = replace(asked, authority=str(vault.pubkey))
    assert await migrate(handed, act=False) == 3
    assert await migrate(handed, act=True) == 3
    text = await published(handed)
    assert text == handed.idl and json.loads(text)["address"] == str(handed.program)
    assert json.loads(text)["instructions"] == json.loads(IDL.read_bytes())["instructions"]
    assert await migrate(handed, act=False) == 0
    # The buffer that it came through is paid back.
    buffer = metadata.buffer_address(handed.program, handed.payer.pubkey, text)
    assert await cluster.accounts([buffer]) == [None]


@pytest.mark.parametrize("length", [1, 900, 12_000, 60_000])
async def test_another_one_takes_its_place(cluster: AnyCluster, asked: Context, length: int) -> None:
    await migrate(asked, act=True)
    other = json.dumps({"address": str(asked.program), "x": os.urandom(length).hex()}).encode()
    for text in (other, asked.idl):
        later = replace(asked, idl=text)
        assert await migrate(later, act=True) == 1
        assert await published(later) == text
        assert await migrate(later, act=False) == 0


async def test_a_vault_sets_what_was_written_for_it(
    cluster: AnyCluster, asked: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = Wallet.generate()
    await migrate(replace(asked, authority=str(vault.pubkey)), act=True)
    later = replace(asked, idl=asked.idl.replace(b"repository", b"repositorium"))
    assert await migrate(later, act=True) == 1
    buffer = metadata.buffer_address(later.program, later.payer.pubkey, later.idl)
    capsys.readouterr()
    assert await migrate(later, act=True) == 0
    place = metadata.address(later.program)
    assert f"left to {vault.pubkey}: set the IDL at {place}" in (said := capsys.readouterr().out)
    assert f"from the buffer {buffer}" in said
    assert await published(later) == asked.idl
    await cluster.fund(vault)
    step = metadata._set_data(later.program, place, cluster.owner.pubkey, buffer)
    with pytest.raises((AssertionError, ChainError), match=r"Incorrect ?[aA]uthority"):
        await cluster.send([step], payer=cluster.owner)
    await cluster.send([metadata._set_data(later.program, place, vault.pubkey, buffer)], payer=vault)
    assert await published(later) == later.idl
    assert await migrate(later, act=False) == 0


async def test_what_was_stopped_goes_on_with_its_buffer(cluster: AnyCluster, asked: Context) -> None:
    await migrate(replace(asked, idl=b""), act=True)
    send, sent = cluster.send, 0

    async def failing(*arguments: object, **options: object) -> Receipt:
        nonlocal sent
        sent += 1
        if sent >= stop:
            raise ChainError("the machine stopped")
        return await send(*arguments, **options)  # type: ignore[arg-type]

    for stop in (1, 2, 3, 9, 1000):
        sent = 0
        cluster.send = failing  # type: ignore[method-assign]
        if stop == 1000:
            assert await migrate(asked, act=True) == 1
        else:
            with pytest.raises((ExceptionGroup, ChainError)):
                await migrate(asked, act=True)
    assert await published(asked) == asked.idl


async def test_where_it_cannot_be_published_that_is_said(
    cluster: AnyCluster, asked: Context, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    final = replace(asked, authority="none", idl=b"")
    await migrate(final, act=True)
    capsys.readouterr()
    assert await migrate(replace(final, idl=asked.idl), act=True) == 0
    assert "not possible, for nobody may upgrade the program: publish the IDL" in capsys.readouterr().out
    monkeypatch.setattr(metadata, "PROGRAM", Pubkey.new_unique())
    assert await migrate(asked, act=True) == 0
    assert "not possible here, where nothing runs at" in capsys.readouterr().out
