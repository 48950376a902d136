"""What every chain promises, on every adapter. The program's own part is in test_chain_program.py."""

import asyncio
import struct
import time

import pytest
from solders.compute_budget import set_compute_unit_limit
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, TransferParams, create_account, transfer
from solders.transaction import VersionedTransaction

from federity.chain.base import ChainClient, Filter
from federity.errors import InsufficientFunds, ProgramError, TransactionRefused
from federity.wallet import Wallet

pytestmark = pytest.mark.svm

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
MINT_BYTES = 82
FEE = 5000


def pay(source: Wallet, target: Pubkey, lamports: int = 10_000_000) -> Instruction:
    return transfer(TransferParams(from_pubkey=source.pubkey, to_pubkey=target, lamports=lamports))


async def make_mint(chain: ChainClient, wallet: Wallet) -> Wallet:
    mint = Wallet.generate()
    rent = await chain.rent(MINT_BYTES)
    place = create_account(
        CreateAccountParams(
            from_pubkey=wallet.pubkey, to_pubkey=mint.pubkey, lamports=rent, space=MINT_BYTES, owner=TOKEN
        )
    )
    fill = struct.pack("<BB32sB", 20, 6, bytes(wallet.pubkey), 0)
    setup = Instruction(TOKEN, fill, [AccountMeta(mint.pubkey, False, True)])
    await chain.send([place, setup], payer=wallet, signers=[mint])
    return mint


async def test_a_transfer_moves_lamports_and_costs_a_fee(chain: ChainClient, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    before = await chain.balance(wallet.pubkey)
    receipt = await chain.send([pay(wallet, target)], payer=wallet)
    assert await chain.balance(target) == 10_000_000
    assert await chain.balance(wallet.pubkey) == before - 10_000_000 - FEE
    assert receipt.fee == FEE
    assert receipt.compute_units > 0
    assert receipt.slot <= await chain.slot()
    assert 0 < await chain.final_slot() <= await chain.slot()
    assert any("success" in line for line in receipt.logs)
    record = await chain.transaction(receipt.signature)
    assert record is not None
    assert len(record.transaction) == receipt.transaction_bytes


async def test_a_second_signer_signs_too(chain: ChainClient, wallet: Wallet) -> None:
    other = Wallet.generate()
    await chain.send([pay(wallet, other.pubkey, 20_000_000)], payer=wallet)
    await chain.send([pay(other, wallet.pubkey, 20_000_000)], payer=wallet, signers=[other])
    assert await chain.balance(other.pubkey) == 0
    assert await chain.account(other.pubkey) is None


async def test_a_missing_signer_is_named_before_anything_is_sent(chain: ChainClient, wallet: Wallet) -> None:
    other = Wallet.generate()
    await chain.send([pay(wallet, other.pubkey, 20_000_000)], payer=wallet)
    with pytest.raises(TransactionRefused, match=str(other.pubkey)) as refused:
        await chain.send([pay(other, wallet.pubkey)], payer=wallet)
    assert refused.value.reason == "MissingRequiredSignature"


async def test_a_forged_signature_is_refused(chain: ChainClient, wallet: Wallet) -> None:
    prepared = await chain.prepare([pay(wallet, Pubkey.new_unique())], payer=wallet)
    honest = VersionedTransaction.from_bytes(prepared.transaction)
    forged = VersionedTransaction.populate(honest.message, [Keypair().sign_message(b"something else")])
    changed = type(prepared)(forged.signatures[0], bytes(forged), prepared.blockhash)
    with pytest.raises(TransactionRefused) as refused:
        await chain.submit(changed)
    assert refused.value.reason == "SignatureFailure"


async def test_a_payer_without_lamports_is_refused(chain: ChainClient) -> None:
    poor = Wallet.generate()
    with pytest.raises(InsufficientFunds, match="no SOL"):
        await chain.send([pay(poor, Pubkey.new_unique())], payer=poor)


async def test_a_payer_with_too_little_is_refused(chain: ChainClient, wallet: Wallet) -> None:
    with pytest.raises(InsufficientFunds):
        await chain.send([pay(wallet, Pubkey.new_unique(), 10**15)], payer=wallet)


async def test_a_resent_transaction_runs_once(chain: ChainClient, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    prepared = await chain.prepare([pay(wallet, target)], payer=wallet)
    await chain.submit(prepared)
    with pytest.raises(TransactionRefused) as refused:
        await chain.submit(prepared)
    assert refused.value.reason == "AlreadyProcessed"
    assert refused.value.signature == str(prepared.signature)
    assert await chain.balance(target) == 10_000_000


async def test_a_blockhash_of_another_chain_is_refused(chain: ChainClient, wallet: Wallet) -> None:
    prepared = await chain.prepare([pay(wallet, Pubkey.new_unique())], payer=wallet)
    message = VersionedTransaction.from_bytes(prepared.transaction).message
    raw = bytes(message).replace(bytes(message.recent_blockhash), bytes(Pubkey.new_unique()))
    foreign = VersionedTransaction(type(message).from_bytes(raw), [wallet.keypair])
    changed = type(prepared)(foreign.signatures[0], bytes(foreign), str(foreign.message.recent_blockhash))
    with pytest.raises(TransactionRefused) as refused:
        await chain.submit(changed)
    assert refused.value.reason == "BlockhashNotFound"


async def test_a_transaction_too_large_for_a_packet_is_refused(chain: ChainClient, wallet: Wallet) -> None:
    with pytest.raises(TransactionRefused) as refused:
        await chain.send([Instruction(MEMO, b"a" * 1300, [])], payer=wallet)
    assert refused.value.reason == "TooLarge"


async def test_a_refusal_by_another_program_keeps_its_code(chain: ChainClient, wallet: Wallet) -> None:
    with pytest.raises(ProgramError) as refused:
        await chain.send([Instruction(TOKEN, b"\xfe", [])], payer=wallet)
    assert refused.value.code == 12


async def test_a_failure_that_lands_costs_the_fee_and_is_in_the_history(
    chain: ChainClient, wallet: Wallet
) -> None:
    before = await chain.balance(wallet.pubkey)
    doomed = await chain.prepare([Instruction(TOKEN, b"\xfe", [])], payer=wallet, preflight=False)
    with pytest.raises(ProgramError) as refused:
        await chain.submit(doomed)
    assert refused.value.signature == str(doomed.signature)
    assert await chain.balance(wallet.pubkey) == before - FEE
    record = await chain.transaction(doomed.signature)
    assert record is not None
    assert record.failure is not None
    assert (record.failure.code, record.failure.program) == (12, TOKEN)
    assert record.events == ()


async def test_a_refused_preflight_leaves_no_trace(chain: ChainClient, wallet: Wallet) -> None:
    before = await chain.balance(wallet.pubkey)
    with pytest.raises(ProgramError):
        await chain.send([Instruction(TOKEN, b"\xfe", [])], payer=wallet)
    assert await chain.balance(wallet.pubkey) == before


async def test_a_limit_of_the_caller_is_kept(chain: ChainClient, wallet: Wallet) -> None:
    limited = [set_compute_unit_limit(100), Instruction(MEMO, b"hello", [])]
    with pytest.raises(TransactionRefused, match=r"compute units|ProgramFailedToComplete"):
        await chain.send(limited, payer=wallet)


async def test_accounts_are_read_together_in_order(chain: ChainClient, wallet: Wallet) -> None:
    mint = await make_mint(chain, wallet)
    nobody = Pubkey.new_unique()
    found = await chain.accounts([nobody, mint.pubkey, TOKEN])
    assert found[0] is None
    assert found[1] is not None
    assert (found[1].owner, len(found[1].data), found[1].executable) == (TOKEN, MINT_BYTES, False)
    assert found[1].lamports == await chain.rent(MINT_BYTES)
    assert found[2] is not None
    assert found[2].executable
    assert await chain.accounts([]) == []


async def test_program_accounts_are_filtered(chain: ChainClient, wallet: Wallet) -> None:
    mints = sorted([(await make_mint(chain, wallet)).pubkey for _ in range(2)], key=bytes)
    # A node has rules of its own for the token program's first bytes, so these are not asked for.
    mine = Filter(4, bytes(wallet.pubkey))
    found = await chain.program_accounts(b"", [mine], program=TOKEN)
    assert [address for address, _ in found] == mints
    assert all(data[4:36] == bytes(wallet.pubkey) for _, data in found)
    assert await chain.program_accounts(b"", [Filter(4, bytes(Pubkey.new_unique()))], program=TOKEN) == []


async def test_simulating_needs_no_signature_and_changes_nothing(chain: ChainClient, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    receipt = await chain.simulate([pay(wallet, target)], wallet.pubkey)
    assert receipt.signature is None
    assert receipt.compute_units > 0
    assert await chain.balance(target) == 0


async def test_history_is_newest_first_and_paged(chain: ChainClient, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    sent = [
        (await chain.send([pay(wallet, target, 10_000_000 + i)], payer=wallet)).signature for i in range(3)
    ]
    newest_first = sent[::-1]
    assert [record.signature for record in await chain.history(target)] == newest_first
    assert [record.signature for record in await chain.history(target, limit=2)] == newest_first[:2]
    assert [record.signature for record in await chain.history(target, before=sent[2])] == newest_first[1:]
    assert await chain.history(Pubkey.new_unique()) == []
    (record,) = await chain.history(target, before=sent[1])
    assert record.failure is None
    assert record.time is not None
    assert VersionedTransaction.from_bytes(record.transaction).signatures[0] == sent[0]


async def test_an_unknown_transaction_is_none(chain: ChainClient) -> None:
    assert await chain.transaction(Keypair().sign_message(b"never sent")) is None


async def test_the_same_may_be_sent_again_at_once(chain: ChainClient, wallet: Wallet) -> None:
    target = Pubkey.new_unique()
    for _ in range(3):
        await chain.send([pay(wallet, target)], payer=wallet)
    assert await chain.balance(target) == 30_000_000


async def test_many_at_once_all_happen(chain: ChainClient, wallet: Wallet) -> None:
    targets = [Pubkey.new_unique() for _ in range(8)]
    await asyncio.gather(*(chain.send([pay(wallet, target)], payer=wallet) for target in targets))
    assert [await chain.balance(target) for target in targets] == [10_000_000] * 8


async def test_the_genesis_hash_is_fixed(chain: ChainClient) -> None:
    assert len(await chain.genesis_hash()) == 32
    assert await chain.genesis_hash() == await chain.genesis_hash()


async def test_equal_airdrops_are_paid_each(chain: ChainClient) -> None:
    target = Pubkey.new_unique()
    for _ in range(2):
        await chain.airdrop(target, 1_000_000_000)
        await asyncio.sleep(0.5)
    assert await chain.balance(target) == 2_000_000_000


async def test_a_transaction_has_a_date(chain: ChainClient, wallet: Wallet) -> None:
    receipt = await chain.send([pay(wallet, Pubkey.new_unique())], payer=wallet)
    (when,) = await chain.block_times([receipt.slot])
    assert when is not None
    assert abs(when - time.time()) < 3600
    assert await chain.block_times([]) == []
    assert (await chain.block_times([receipt.slot, 1 << 40]))[0] == when
