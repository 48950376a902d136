"""The upgradeable loader's instructions, on the loader itself: deploy, extend, upgrade, and who may not."""

import pytest
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity.chain.deployment import LoaderDeployer
from federity.errors import ChainError
from federity.wallet import Wallet
from support.loader_cluster import ATA, MEMO, Cluster

pytestmark = pytest.mark.svm


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


async def test_a_first_deployment_runs(cluster: Cluster) -> None:
    key = Wallet.generate()
    deployer = LoaderDeployer(cluster, cluster.owner, key)
    code = cluster.code(MEMO)
    assert await deployer.deployed(key.pubkey) is None
    await deployer.deploy(key.pubkey, code)
    found = await deployer.deployed(key.pubkey)
    assert found is not None
    assert found.rstrip(b"\0") == code.rstrip(b"\0")
    await cluster.slot()
    await cluster.send([Instruction(key.pubkey, b"hello", [])], payer=cluster.owner)


async def test_a_longer_version_extends_and_upgrades(cluster: Cluster) -> None:
    key = Wallet.generate()
    short, long = sorted((cluster.code(MEMO), cluster.code(ATA)), key=len)
    assert len(long) > 2 * len(short)
    await LoaderDeployer(cluster, cluster.owner, key).deploy(key.pubkey, short)
    await cluster.slot()
    later = LoaderDeployer(cluster, cluster.owner)
    await later.deploy(key.pubkey, long)
    found = await later.deployed(key.pubkey)
    assert found is not None
    assert found.rstrip(b"\0") == long.rstrip(b"\0")


async def test_only_the_authority_upgrades(cluster: Cluster) -> None:
    key, stranger = Wallet.generate(), Wallet.generate()
    await LoaderDeployer(cluster, cluster.owner, key).deploy(key.pubkey, cluster.code(MEMO))
    with pytest.raises(ChainError, match=f"Only {cluster.owner.pubkey} may upgrade"):
        await LoaderDeployer(cluster, stranger).deploy(key.pubkey, cluster.code(ATA))


async def test_the_first_deployment_needs_the_addresss_key(cluster: Cluster) -> None:
    with pytest.raises(ChainError, match="needs the keypair"):
        await LoaderDeployer(cluster, cluster.owner).deploy(Pubkey.new_unique(), cluster.code(MEMO))
    with pytest.raises(ChainError, match="needs the keypair"):
        other = LoaderDeployer(cluster, cluster.owner, Wallet.generate())
        await other.deploy(Pubkey.new_unique(), cluster.code(MEMO))


async def test_a_program_of_another_loader_is_left_alone(cluster: Cluster) -> None:
    with pytest.raises(ChainError, match="not deployed by the upgradeable loader"):
        await LoaderDeployer(cluster, cluster.owner).deploy(MEMO, cluster.code(ATA))
