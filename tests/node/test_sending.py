"""Transactions through the node: tried out, sent, refused with the numbers that clients know."""

import base64
import json
import struct
from typing import Any

import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from node.asking import Asked, Refused, pay
from node.minting import make_mint

pytestmark = [pytest.mark.svm, pytest.mark.asyncio(loop_scope="session")]

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
BASE64 = {"encoding": "base64"}


def encoded(transaction: VersionedTransaction) -> str:
    return base64.b64encode(bytes(transaction)).decode()


async def refusal(ask: Asked, method: str, *params: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await ask(method, *params)
    return refused.value


async def ran(ask: Asked, transaction: VersionedTransaction, encoding: str = "json") -> Any:
    options = {"encoding": encoding, "maxSupportedTransactionVersion": 0}
    return await ask("getTransaction", str(transaction.signatures[0]), options)


@pytest.mark.parametrize("legacy", [False, True])
async def test_a_transfer_is_sent_and_told(ask: Asked, legacy: bool) -> None:
    payer, target = await ask.funded(), Pubkey.new_unique()
    transaction = await ask.signed(payer, [pay(payer, target)], legacy=legacy)
    assert await ask("sendTransaction", encoded(transaction), BASE64) == str(transaction.signatures[0])
    told = await ran(ask, transaction)
    assert told["version"] == ("legacy" if legacy else 0)
    meta = told["meta"]
    assert (meta["err"], meta["status"], meta["fee"]) == (None, {"Ok": None}, 5000)
    assert meta["preBalances"] == [10_000_000_000, 0, 1]
    assert meta["postBalances"] == [10_000_000_000 - 10_000_000 - 5000, 10_000_000, 1]
    assert told["transaction"]["message"]["accountKeys"][:2] == [str(payer.pubkey()), str(target)]
    (status,) = await ask.value("getSignatureStatuses", [str(transaction.signatures[0])])
    assert (status["slot"], status["confirmationStatus"]) == (told["slot"], "finalized")
    raw = await ran(ask, transaction, "base64")
    assert base64.b64decode(raw["transaction"][0]) == bytes(transaction)
    parsed = (await ran(ask, transaction, "jsonParsed"))["transaction"]["message"]
    assert parsed["accountKeys"][0] == {
        "pubkey": str(payer.pubkey()),
        "signer": True,
        "writable": True,
        "source": "transaction",
    }
    assert parsed["instructions"][0]["accounts"] == [str(payer.pubkey()), str(target)]


async def test_a_preflight_says_what_would_happen(ask: Asked) -> None:
    payer = await ask.funded()
    doomed = await ask.signed(payer, [Instruction(TOKEN, b"\xfe", [])])
    error = await refusal(ask, "sendTransaction", encoded(doomed), BASE64)
    assert (error.code, error.data["err"]) == (-32002, {"InstructionError": [0, {"Custom": 12}]})
    assert str(error) == (
        "Transaction simulation failed: Error processing Instruction 0: custom program error: 0xc"
    )
    assert any("failed" in line for line in error.data["logs"])
    assert await ask.value("getBalance", str(payer.pubkey())) == 10_000_000_000
    # Sent all the same it lands as a failure, its fee paid.
    await ask("sendTransaction", encoded(doomed), {**BASE64, "skipPreflight": True})
    assert (await ran(ask, doomed))["meta"]["status"] == {"Err": {"InstructionError": [0, {"Custom": 12}]}}
    assert await ask.value("getBalance", str(payer.pubkey())) == 10_000_000_000 - 5000


async def test_what_a_cluster_would_drop_is_refused_or_dropped(ask: Asked) -> None:
    payer = await ask.funded()
    good = await ask.signed(payer, [pay(payer, Pubkey.new_unique())])
    forged = VersionedTransaction.populate(good.message, [Keypair().sign_message(b"other")])
    poor = await ask.signed(other := Keypair(), [pay(other, Pubkey.new_unique())])
    raw = bytes(good.message).replace(bytes(good.message.recent_blockhash), bytes(range(32)))
    stale = VersionedTransaction(type(good.message).from_bytes(raw), [payer])
    broke = await ask.signed(payer, [pay(payer, Pubkey.new_unique(), 1)])
    for transaction, code, err in (
        (forged, -32003, None),
        (poor, -32002, "AccountNotFound"),
        (stale, -32002, "BlockhashNotFound"),
        (broke, -32002, {"InsufficientFundsForRent": {"account_index": 1}}),
    ):
        error = await refusal(ask, "sendTransaction", encoded(transaction), BASE64)
        assert error.code == code
        assert err is None or error.data["err"] == err
        await ask("sendTransaction", encoded(transaction), {**BASE64, "skipPreflight": True})
    for transaction in (forged, poor, stale):
        assert await ran(ask, transaction) is None
    await ask("sendTransaction", encoded(good), BASE64)
    error = await refusal(ask, "sendTransaction", encoded(good), BASE64)
    assert (error.code, error.data["err"]) == (-32002, "AlreadyProcessed")
    assert str(error).endswith("This transaction has already been processed")


async def test_bytes_that_are_no_transaction_are_bad_parameters(ask: Asked) -> None:
    payer = await ask.funded()
    good = bytes(await ask.signed(payer, [pay(payer, Pubkey.new_unique())]))
    cut = [good[:length] for length in range(0, len(good), 7)]
    flipped = [good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :] for at in (0, 65, 66, 67, 68, 69, 140)]
    for raw in [*cut, *flipped, good + b"\0", bytes(1300), b"\x81" + good[1:]]:
        for method in ("sendTransaction", "simulateTransaction"):
            data = base64.b64encode(raw).decode()
            try:
                answer = await ask(method, data, BASE64)
            except Refused as error:
                assert error.code in (-32602, -32003, -32002), raw.hex()
            else:
                assert method == "simulateTransaction"
                assert answer["value"]["err"], raw.hex()


async def test_trying_out_changes_nothing_and_shows_what_would_be(ask: Asked) -> None:
    payer, target = await ask.funded(), Pubkey.new_unique()
    transaction = await ask.signed(payer, [pay(payer, target)])
    wanted = {"encoding": "base64", "addresses": [str(target), str(Pubkey.new_unique())]}
    told = await ask.value("simulateTransaction", encoded(transaction), {**BASE64, "accounts": wanted})
    assert (told["err"], told["fee"], told["replacementBlockhash"]) == (None, 5000, None)
    assert [item and item["lamports"] for item in told["accounts"]] == [10_000_000, None]
    assert await ask.value("getBalance", str(target)) == 0
    # Without signatures and with an old blockhash, if so asked.
    bare = VersionedTransaction.populate(
        type(transaction.message).from_bytes(
            bytes(transaction.message).replace(bytes(transaction.message.recent_blockhash), bytes(32))
        ),
        transaction.signatures,
    )
    fresh = await ask.value("simulateTransaction", encoded(bare), {**BASE64, "replaceRecentBlockhash": True})
    assert fresh["err"] is None
    assert Hash.from_string(fresh["replacementBlockhash"]["blockhash"]) != Hash.default()
    assert (await ask.value("simulateTransaction", encoded(bare), BASE64))["err"] == "BlockhashNotFound"
    verified = {**BASE64, "sigVerify": True}
    assert (await refusal(ask, "simulateTransaction", encoded(bare), verified)).code == -32003
    both = {**verified, "replaceRecentBlockhash": True}
    assert (await refusal(ask, "simulateTransaction", encoded(bare), both)).code == -32602


@pytest.mark.parametrize("legacy", [False, True])
async def test_the_fee_that_is_told_is_the_fee_that_is_paid(ask: Asked, legacy: bool) -> None:
    payer = await ask.funded()
    second = await ask.funded()
    steps = [
        set_compute_unit_price(123_457),
        pay(payer, second.pubkey()),
        pay(second, payer.pubkey()),
    ]
    for more in ([], [set_compute_unit_limit(33_333)]):
        transaction = await ask.signed(payer, [*more, *steps], second, legacy=legacy)
        message = base64.b64encode(to_bytes_versioned(transaction.message)).decode()
        told = await ask.value("getFeeForMessage", message)
        await ask("sendTransaction", encoded(transaction), BASE64)
        assert (await ran(ask, transaction))["meta"]["fee"] == told
    raw = to_bytes_versioned(transaction.message)
    old = raw.replace(bytes(transaction.message.recent_blockhash), bytes(range(32)))
    assert await ask.value("getFeeForMessage", base64.b64encode(old).decode()) is None


async def test_the_faucet_gives_within_reason(ask: Asked) -> None:
    for lamports in (1, 10**18, (1 << 64) - 1):
        error = await refusal(ask, "requestAirdrop", str(Pubkey.new_unique()), lamports)
        assert error.code == -32602


async def test_a_transaction_with_lookup_tables_is_refused_by_name(ask: Asked) -> None:
    payer = await ask.funded()
    plain = await ask.signed(payer, [pay(payer, Pubkey.new_unique())])
    raw = to_bytes_versioned(plain.message)
    looking = raw[:-1] + b"\1" + bytes(Pubkey.new_unique()) + b"\1\0" + b"\0"
    transaction = VersionedTransaction(type(plain.message).from_bytes(looking[1:]), [payer])
    error = await refusal(ask, "sendTransaction", encoded(transaction), BASE64)
    assert (error.code, error.data["err"]) == (-32002, "UnsupportedVersion")


async def test_older_records_are_told_without_what_they_lack(ask: Asked) -> None:
    payer = await ask.funded()
    transaction = await ask.signed(payer, [Instruction(TOKEN, b"\xfe", [])])
    await ask("sendTransaction", encoded(transaction), {**BASE64, "skipPreflight": True})

    def age(bank: Any) -> None:
        with bank.ledger.writing():
            key = bytes(transaction.signatures[0])
            record = json.loads(bank.ledger.transaction(key)[1])
            record = {name: record[name] for name in ("time", "fee", "units", "failure", "logs", "inner")}
            record["failure"] = record["failure"][:4]
            bank.ledger.rows(
                "UPDATE transactions SET record = ? WHERE signature = ?", [json.dumps(record), key]
            )

    await ask.chain.write(age)
    meta = (await ran(ask, transaction))["meta"]
    assert (meta["err"], meta["preBalances"]) == ({"InstructionError": [0, {"Custom": 12}]}, [])


async def test_what_a_program_returns_is_told(ask: Asked) -> None:
    """The token program returns how large an account of a mint must be."""
    payer, mint = await ask.funded(), Keypair()
    await make_mint(ask, payer, mint)
    size = Instruction(TOKEN, b"\x15", [AccountMeta(mint.pubkey(), False, False)])
    transaction = await ask.signed(payer, [size])
    told = await ask.value("simulateTransaction", encoded(transaction), BASE64)
    await ask("sendTransaction", encoded(transaction), BASE64)
    returned = (await ran(ask, transaction))["meta"]["returnData"]
    assert (
        told["returnData"]
        == returned
        == {"programId": str(TOKEN), "data": [base64.b64encode(struct.pack("<Q", 165)).decode(), "base64"]}
    )
