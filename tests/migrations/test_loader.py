"""The upgradeable loader's instructions, on the loader itself: deploy, extend, upgrade, and who may not."""

from collections.abc import Sequence

import pytest
from solders.clock import Clock
from solders.hash import Hash
from solders.instruction import Instruction
from solders.litesvm import LiteSVM
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from federity.chain import loader
from federity.chain.base import Account, Receipt
from federity.chain.deployment import LoaderDeployer
from federity.errors import ChainError
from federity.wallet import Wallet

pytestmark = pytest.mark.svm

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
ATA = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")


class Cluster:
    """The part of a chain that deploying uses, on the runtime alone, which has the loader."""

    def __init__(self) -> None:
        self.svm = LiteSVM().with_blockhash_check(False).with_transaction_history(0)
        self.owner = Wallet.generate()
        self.svm.airdrop(self.owner.pubkey, 10**12)

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        found = [self.svm.get_account(address) for address in addresses]
        return [
            item and Account(item.lamports, item.owner, bytes(item.data), item.executable) for item in found
        ]

    async def rent(self, data_bytes: int) -> int:
        return self.svm.minimum_balance_for_rent_exemption(data_bytes)

    async def send(
        self, instructions: Sequence[Instruction], *, payer: Wallet, signers: Sequence[Wallet] = ()
    ) -> Receipt:
        message = MessageV0.try_compile(payer.pubkey, list(instructions), [], Hash.new_unique())
        transaction = VersionedTransaction(message, [payer.keypair, *(signer.keypair for signer in signers)])
        assert len(bytes(transaction)) <= 1232
        result = self.svm.send_transaction(transaction)
        assert not isinstance(result, FailedTransactionMetadata), result.meta().logs()
        return Receipt(None, self.svm.get_clock().slot, 0, 0, (), (), 0)

    async def slot(self) -> int:
        """A slot goes by whenever somebody looks."""
        clock = self.svm.get_clock()
        self.svm.set_clock(Clock(clock.slot + 1, 0, clock.epoch, clock.leader_schedule_epoch, 0))
        return clock.slot

    def code(self, address: Pubkey) -> bytes:
        account = self.svm.get_account(address)
        assert account is not None
        if bytes(account.data[:4]) == b"\x7fELF":
            return bytes(account.data)
        data = self.svm.get_account(loader.programdata_address(address))
        assert data is not None
        return loader.read_programdata(bytes(data.data)).code


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
