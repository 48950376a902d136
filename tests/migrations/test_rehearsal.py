"""A deployment from its plan to its hand-over, an upgrade by a multisig's vault, and the way back; on the
loader itself, and on a real validator.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from federity.chain import loader
from federity.chain.base import Receipt
from federity.chain.deployment import LoaderDeployer
from federity.chain.identity import code_hash
from federity.errors import ChainError
from federity.wallet import Wallet
from migrations.plan import Context
from migrations.run import migrate, tell
from support.loader_cluster import ATA, MEMO, AnyCluster

pytestmark = pytest.mark.svm


@pytest.fixture
def key() -> Wallet:
    return Wallet.generate()


def context(cluster: AnyCluster, key: Wallet, code: bytes, authority: str = "") -> Context:
    deployer = LoaderDeployer(cluster, cluster.owner, key)  # type: ignore[arg-type]
    return Context(cluster, deployer, cluster.owner, Path("nowhere"), key.pubkey, code, authority)  # type: ignore[arg-type]


async def deployed(asked: Context) -> bytes:
    found = await asked.deployer.deployed(asked.program)
    assert found is not None
    return found.rstrip(b"\0")


async def upgrade_as(vault: Wallet, cluster: AnyCluster, program: Pubkey, buffer: Pubkey) -> None:
    """What a multisig executes."""
    await cluster.fund(vault)
    await cluster.slot()
    step = loader.upgrade(program=program, buffer=buffer, authority=vault.pubkey, spill=cluster.owner.pubkey)
    await cluster.send([step], payer=vault)


async def test_from_the_first_plan_to_a_vault_s_upgrade_and_back(
    cluster: AnyCluster, key: Wallet, capsys: pytest.CaptureFixture[str]
) -> None:
    vault, old, new = Wallet.generate(), cluster.code(MEMO), cluster.code(ATA)
    asked = context(cluster, key, old, str(vault.pubkey))

    # Planned, then done: deployed and handed over; a second run finds nothing to do.
    assert await migrate(asked, act=False) == 2
    assert await asked.deployer.deployed(key.pubkey) is None
    assert await migrate(asked, act=True) == 2
    assert await deployed(asked) == old.rstrip(b"\0")
    assert await asked.deployer.holder(key.pubkey) == vault.pubkey
    assert await migrate(asked, act=False) == 0
    capsys.readouterr()
    await tell(asked)
    said = capsys.readouterr().out
    assert f"federity config program {key.pubkey}\n" in said
    assert f"federity config program_hash {code_hash(old)}\n" in said
    assert f"federity config program_authority {vault.pubkey}\n" in said

    # A new version is written for the vault to upgrade from, and waits for it.
    later = replace(asked, code=new)
    await cluster.slot()
    assert await migrate(later, act=True) == 1
    assert await deployed(asked) == old.rstrip(b"\0")
    buffer = loader.buffer_address(cluster.owner.pubkey, new)
    capsys.readouterr()
    assert await migrate(later, act=True) == 0
    assert f"left to {vault.pubkey}: upgrade the program at {key.pubkey} from the buffer {buffer}" in (
        capsys.readouterr().out
    )
    with pytest.raises((AssertionError, ChainError), match=r"Incorrect ?[aA]uthority"):
        await upgrade_as(cluster.owner, cluster, key.pubkey, buffer)
    await upgrade_as(vault, cluster, key.pubkey, buffer)
    assert await deployed(asked) == new.rstrip(b"\0")
    assert await migrate(later, act=False) == 0

    # And back, the same way.
    assert await migrate(asked, act=True) == 1
    await upgrade_as(vault, cluster, key.pubkey, loader.buffer_address(cluster.owner.pubkey, old))
    assert await deployed(asked) == old.rstrip(b"\0")


async def test_an_upgrade_and_the_way_back_by_the_owner(cluster: AnyCluster, key: Wallet) -> None:
    old, new = cluster.code(MEMO), cluster.code(ATA)
    for code in (old, new, old):
        asked = context(cluster, key, code)
        assert await migrate(asked, act=True) == 1
        assert await deployed(asked) == code.rstrip(b"\0")
        assert await migrate(asked, act=True) == 0
        await cluster.slot()


async def test_a_deployment_that_was_stopped_goes_on_with_its_buffer(
    cluster: AnyCluster, key: Wallet
) -> None:
    code = cluster.code(ATA)
    asked = context(cluster, key, code)
    sent: list[int] = []
    send = cluster.send

    async def failing(*arguments: object, **options: object) -> Receipt:
        if len(sent) == 20:
            raise ChainError("the machine stopped")
        sent.append(1)
        return await send(*arguments, **options)  # type: ignore[arg-type]

    cluster.send = failing  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup):
        await migrate(asked, act=True)
    cluster.send = send  # type: ignore[method-assign]
    assert await migrate(asked, act=True) == 1
    assert await deployed(asked) == code.rstrip(b"\0")
    buffer = loader.buffer_address(cluster.owner.pubkey, code)
    assert await cluster.accounts([buffer]) == [None]


async def test_nobody_s_program_and_others_are_left_alone(cluster: AnyCluster, key: Wallet) -> None:
    code, other = cluster.code(MEMO), Wallet.generate()
    final = context(cluster, key, code, "none")
    assert await migrate(final, act=True) == 2
    assert await final.deployer.holder(key.pubkey) is None
    assert await migrate(final, act=False) == 0
    with pytest.raises(ChainError, match="Nobody may upgrade"):
        await migrate(replace(final, code=cluster.code(ATA)), act=False)
    with pytest.raises(ChainError, match="Nobody may upgrade"):
        await migrate(replace(final, authority=str(other.pubkey)), act=False)

    # A multisig's vault is an address without a key.
    second, (vault, _) = Wallet.generate(), Pubkey.find_program_address([b"vault"], MEMO)
    handed = context(cluster, second, code, str(vault))
    await migrate(handed, act=True)
    assert await handed.deployer.holder(second.pubkey) == vault and not vault.is_on_curve()
    with pytest.raises(ChainError, match=f"Only {vault} may hand"):
        await migrate(replace(handed, authority=str(cluster.owner.pubkey)), act=False)
