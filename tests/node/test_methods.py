"""Every method answers, in the form that clients read; whatever else it is asked is a numbered error."""

import base64
import json
from typing import Any

import pytest
from solders.hash import Hash
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain import loader
from federity.chain.program import packaged_program
from federity_node import rpc
from federity_node.methods import ACTIONS, READS
from node.asking import Asked, Refused, pay

pytestmark = [pytest.mark.svm, pytest.mark.asyncio(loop_scope="session")]

SOMEBODY = str(Pubkey.new_unique())
TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
CLOCK = "SysvarC1ock11111111111111111111111111111111"

# One request of each method that answers on a chain where nothing has happened.
PLAIN: dict[str, list[Any]] = {
    "getAccountInfo": [SOMEBODY, {"encoding": "base64", "commitment": "confirmed"}],
    "getBalance": [SOMEBODY],
    "getBlock": [1, {"maxSupportedTransactionVersion": 0}],
    "getBlockHeight": [],
    "getBlockTime": [1],
    "getBlocks": [1, 3],
    "getBlocksWithLimit": [1, 2],
    "getClusterNodes": [],
    "getEpochInfo": [],
    "getEpochSchedule": [],
    "getFirstAvailableBlock": [],
    "getGenesisHash": [],
    "getHealth": [],
    "getIdentity": [],
    "getLargestAccounts": [],
    "getLatestBlockhash": [],
    "getMinimumBalanceForRentExemption": [165],
    "getMultipleAccounts": [[SOMEBODY, TOKEN], {"encoding": "base64"}],
    "getProgramAccounts": [SOMEBODY, {"filters": [{"dataSize": 3}], "withContext": True}],
    "getRecentPerformanceSamples": [4],
    "getRecentPrioritizationFees": [[SOMEBODY]],
    "getSignatureStatuses": [["1" * 64], {"searchTransactionHistory": True}],
    "getSignaturesForAddress": [SOMEBODY, {"limit": 5}],
    "getSlot": [{"commitment": "processed"}],
    "getSlotLeader": [],
    "getSlotLeaders": [1, 10],
    "getSupply": [],
    "getTokenAccountsByDelegate": [SOMEBODY, {"programId": TOKEN}],
    "getTokenAccountsByOwner": [SOMEBODY, {"programId": TOKEN}, {"encoding": "jsonParsed"}],
    "getTransaction": ["1" * 64, {"encoding": "json"}],
    "getTransactionCount": [],
    "getVersion": [],
    "getVoteAccounts": [],
    "isBlockhashValid": ["1" * 32],
    "minimumLedgerSlot": [],
    "requestAirdrop": [SOMEBODY, 1_000_000_000],
}
REFUSED = {
    "getFeeForMessage": ([""], -32602),
    "getHighestSnapshotSlot": ([], -32008),
    "getTokenAccountBalance": ([SOMEBODY], -32602),
    "getTokenLargestAccounts": ([SOMEBODY], -32602),
    "getTokenSupply": ([SOMEBODY], -32602),
    "sendTransaction": ["not base58!", -32602],
    "simulateTransaction": (["AAAA", {"encoding": "base64"}], -32602),
}


async def test_there_are_many_and_each_is_asked_here() -> None:
    assert {*READS, *ACTIONS} == {*PLAIN, *REFUSED}
    assert len({*READS, *ACTIONS}) >= 40


@pytest.mark.parametrize("method", PLAIN)
async def test_it_answers(ask: Asked, method: str) -> None:
    # So that there is a block before the current one, which is still open.
    while await ask("getSlot") < 4:
        await ask("requestAirdrop", SOMEBODY, 1_000_000_000)
    json.dumps(await ask(method, *PLAIN[method]), allow_nan=False)


@pytest.mark.parametrize("method", REFUSED)
async def test_it_says_no_by_number(ask: Asked, method: str) -> None:
    params, code = REFUSED[method]
    with pytest.raises(Refused) as refused:
        await ask(method, *(params if isinstance(params, list) else [params]))
    assert refused.value.code == code


HOSTILE: list[Any] = [
    None, True, -1, 1 << 64, 10**400, 1.5, "", "0", "l" * 44, "1" * 5000, "\ud800", [], [[]], {}, {"a": 1},
    [SOMEBODY] * 300, [None], SOMEBODY, {"mint": SOMEBODY}, {"encoding": "x"}, {"commitment": 3},
    {"encoding": "base64+zstd"}, {"dataSlice": {"offset": -1, "length": 1}}, {"filters": [{}]},
    {"filters": [{"memcmp": {"offset": 1 << 63, "bytes": "1" * 200}}] * 5}, {"limit": 0},
    {"minContextSlot": 1 << 60}, {"accounts": {"addresses": [1]}},
]  # fmt: skip


@pytest.mark.parametrize("method", sorted({*READS, *ACTIONS}))
async def test_nothing_that_is_asked_breaks_it(ask: Asked, method: str) -> None:
    """Each parameter of a good request is replaced by everything, one is added, and all are left away."""
    good = PLAIN.get(method) or [*REFUSED.get(method, ([],))[0]]
    many = [[*good[:at], bad, *good[at + 1 :]] for at in range(len(good) + 1) for bad in HOSTILE]
    for params in [*many, [], {"a": 1}, "text", 5]:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = json.loads(await rpc.answer(ask.chain, request, may_write=True))
        if "error" in answer:
            assert answer["error"]["code"] in {-32600, -32602, -32004, -32007, -32008, -32016}, params


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (3, -32600), (None, -32600), ([], -32600), ({}, -32600), ({"jsonrpc": "1.0"}, -32600),
        ({"jsonrpc": "2.0", "method": 5, "id": 1}, -32600),
        ({"jsonrpc": "2.0", "method": "getSlot", "id": {}}, -32600),
        ({"jsonrpc": "2.0", "method": "getSlot", "id": True}, -32600),
        ({"jsonrpc": "2.0", "method": "__init__", "id": 1}, -32601),
        ([{"jsonrpc": "2.0", "method": "getSlot", "id": 1}] * 101, -32600),
    ],
)  # fmt: skip
async def test_what_is_no_request_is_refused(ask: Asked, document: Any, code: int) -> None:
    assert json.loads(await rpc.answer(ask.chain, document, may_write=True))["error"]["code"] == code


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b'{"a":' + b"9" * 9999 + b"}"])
async def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(rpc.RpcError) as refused:
        rpc.parsed(body)
    assert refused.value.code == -32700


async def test_a_batch_is_answered_in_order_and_notifications_are_not(ask: Asked) -> None:
    batch = [
        {"jsonrpc": "2.0", "method": "getHealth", "id": "a"},
        {"jsonrpc": "2.0", "method": "getHealth"},
        {"jsonrpc": "2.0", "method": "nothing", "id": None},
        7,
    ]
    found = json.loads(await rpc.answer(ask.chain, batch, may_write=True))
    assert [(item["id"], "result" in item) for item in found] == [("a", True), (None, False), (None, False)]
    assert await rpc.answer(ask.chain, batch[1], may_write=True) == b""


async def test_writing_without_the_token_is_refused(ask: Asked) -> None:
    for method in ("sendTransaction", "requestAirdrop"):
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": []}
        error = json.loads(await rpc.answer(ask.chain, request, may_write=False))["error"]
        assert error["message"] == f"{method} needs this node's token"


async def test_numbers_of_64_bits_come_whole(ask: Asked) -> None:
    account = await ask.value("getAccountInfo", TOKEN, {"encoding": "base64"})
    assert account["rentEpoch"] == (1 << 64) - 1
    supply = await ask.value("getSupply")
    assert 1 << 53 < supply["total"] == supply["circulating"] + supply["nonCirculating"]


async def test_a_program_looks_as_the_loader_left_it(ask: Asked) -> None:
    place = loader.programdata_address(PROGRAM_ID)
    program, code = await ask.value(
        "getMultipleAccounts", [str(PROGRAM_ID), str(place)], {"encoding": "base64"}
    )
    assert (program["executable"], program["owner"]) == (True, str(loader.LOADER))
    found = loader.read_programdata(base64.b64decode(code["data"][0]))
    assert (found.authority, found.code) == (None, packaged_program())
    # The slot in which it was deployed tells one deployment from the next.
    assert 1 <= found.slot < 100


async def test_the_clock_is_this_moment_s(ask: Asked) -> None:
    clock = await ask.value("getAccountInfo", CLOCK, {"encoding": "base64"})
    slot = int.from_bytes(base64.b64decode(clock["data"][0])[:8], "little")
    assert slot <= await ask("getSlot") <= slot + 50


async def test_data_is_cut_and_encoded_as_asked(ask: Asked) -> None:
    part = {"dataSlice": {"offset": 4, "length": 32}}
    whole = base64.b64decode((await ask.value("getAccountInfo", TOKEN, {"encoding": "base64"}))["data"][0])
    for encoding in ("base64", "base58", "binary"):
        data = (await ask.value("getAccountInfo", TOKEN, {"encoding": encoding, **part}))["data"]
        text = data if encoding == "binary" else data[0]
        read = base64.b64decode(text) if encoding == "base64" else bytes(Pubkey.from_string(text))
        assert read == whole[4:36]
    place = str(loader.programdata_address(PROGRAM_ID))
    with pytest.raises(Refused, match="should be less than 128 bytes") as refused:
        await ask("getAccountInfo", place)
    assert refused.value.code == -32600


async def test_a_later_slot_than_this_is_not_reached(ask: Asked) -> None:
    with pytest.raises(Refused, match="Minimum context slot") as refused:
        await ask("getBalance", SOMEBODY, {"minContextSlot": await ask("getSlot") + 1000})
    assert refused.value.code == -32016
    assert refused.value.data["contextSlot"] <= await ask("getSlot")


async def test_blocks_hold_what_ran_in_their_slots(ask: Asked) -> None:
    payer = await ask.funded()
    transaction = await ask.signed(payer, [pay(payer, Pubkey.new_unique())])
    await ask("sendTransaction", base64.b64encode(bytes(transaction)).decode(), {"encoding": "base64"})
    signature = str(transaction.signatures[0])
    ran = await ask("getTransaction", signature, {"maxSupportedTransactionVersion": 0})
    slot = ran["slot"]
    with pytest.raises(Refused) as refused:
        await ask("getBlock", slot + 10_000)
    assert refused.value.code == -32004
    with pytest.raises(Refused) as refused:
        await ask("getBlock", 0)
    assert refused.value.code == -32007
    await ask("requestAirdrop", SOMEBODY, 1_000_000_000)  # in a later slot, so that this one is done
    with pytest.raises(Refused) as refused:
        await ask("getBlock", slot)
    assert refused.value.code == -32015
    block = await ask("getBlock", slot, {"maxSupportedTransactionVersion": 0})
    assert block["transactions"] == [{key: ran[key] for key in ("transaction", "meta", "version")}]
    assert (block["blockTime"], block["blockHeight"]) == (ran["blockTime"], slot)
    assert await ask("getBlockTime", slot) == ran["blockTime"]
    signatures = await ask("getBlock", slot, {"transactionDetails": "signatures", "rewards": False})
    assert signatures["signatures"] == [signature]
    assert "rewards" not in signatures
    accounts = await ask(
        "getBlock", slot, {"transactionDetails": "accounts", "maxSupportedTransactionVersion": 0}
    )
    assert accounts["transactions"][0]["transaction"]["accountKeys"][0]["pubkey"] == str(payer.pubkey())
    assert slot in await ask("getBlocks", slot)
    assert Hash.from_string(block["blockhash"]) != Hash.from_string(block["previousBlockhash"])


async def test_a_history_is_paged_from_both_ends(ask: Asked) -> None:
    target = str(Keypair().pubkey())
    sent = [await ask("requestAirdrop", target, 1_000_000_000 + extra) for extra in range(4)]
    found = await ask("getSignaturesForAddress", target)
    assert [item["signature"] for item in found] == sent[::-1]
    assert all(item["err"] is None and item["confirmationStatus"] == "finalized" for item in found)
    for options, wanted in (
        ({"limit": 2}, sent[:1:-1]),
        ({"before": sent[2]}, sent[1::-1]),
        ({"until": sent[1]}, sent[:1:-1]),
    ):
        found = await ask("getSignaturesForAddress", target, options)
        assert [item["signature"] for item in found] == wanted
