"""Tokens: what `jsonParsed` and the token methods say of accounts that the real programs made."""

from typing import Any

import pytest
from solders.keypair import Keypair

from federity_node.forms.extensions import extensions
from federity_node.forms.tokens import amount
from node.asking import Asked, Refused
from node.minting import TOKEN, TOKEN_2022, make_mint, make_nft, make_tokens, move, run

pytestmark = [pytest.mark.svm, pytest.mark.asyncio(loop_scope="session")]

PARSED = {"encoding": "jsonParsed"}
NEWEST = {"maxSupportedTransactionVersion": 0}


async def test_a_mint_of_token_2022_with_metadata_and_group(ask: Asked) -> None:
    payer, mint = await ask.funded(), Keypair()
    await make_nft(ask, payer, mint)
    account = await ask.value("getAccountInfo", str(mint.pubkey()), PARSED)
    here, me = str(mint.pubkey()), str(payer.pubkey())
    assert account["owner"] == str(TOKEN_2022)
    assert account["data"]["program"] == "spl-token-2022"
    assert account["data"]["space"] == account["space"]
    parsed = account["data"]["parsed"]
    assert parsed["type"] == "mint"
    info = parsed["info"]
    assert {name: info[name] for name in info if name != "extensions"} == {
        "mintAuthority": me, "supply": "0", "decimals": 0, "isInitialized": True, "freezeAuthority": None,
    }  # fmt: skip
    found = {item["extension"]: item.get("state") for item in info["extensions"]}
    assert found == {
        "metadataPointer": {"authority": me, "metadataAddress": here},
        "groupPointer": {"authority": me, "groupAddress": here},
        "groupMemberPointer": {"authority": me, "memberAddress": None},
        "tokenMetadata": {
            "updateAuthority": me,
            "mint": here,
            "name": "Digits ☃",
            "symbol": "DGT",
            "uri": "https://example.org/1.json",
            "additionalMetadata": [["commit", "abc"]],
        },
        "tokenGroup": {"updateAuthority": me, "mint": here, "size": 0, "maxSize": (1 << 64) - 1},
    }


async def test_tokens_of_the_older_program(ask: Asked) -> None:
    payer, mint, owner = await ask.funded(), Keypair(), Keypair().pubkey()
    await make_mint(ask, payer, mint, decimals=6)
    small = await make_tokens(ask, payer, mint.pubkey(), owner, 5)
    large = await make_tokens(ask, payer, mint.pubkey(), owner, 12_500_000)
    told = await ask.value("getTokenSupply", str(mint.pubkey()))
    assert told == {"amount": "12500005", "decimals": 6, "uiAmount": 12.500005, "uiAmountString": "12.500005"}
    balance = await ask.value("getTokenAccountBalance", str(small.pubkey()))
    assert (balance["amount"], balance["uiAmountString"]) == ("5", "0.000005")
    largest = await ask.value("getTokenLargestAccounts", str(mint.pubkey()))
    assert [item["address"] for item in largest] == [str(large.pubkey()), str(small.pubkey())]
    for chosen in ({"mint": str(mint.pubkey())}, {"programId": str(TOKEN)}):
        found = await ask.value("getTokenAccountsByOwner", str(owner), chosen, PARSED)
        assert {item["pubkey"] for item in found} == {str(small.pubkey()), str(large.pubkey())}
        info = found[0]["account"]["data"]["parsed"]["info"]
        assert (info["mint"], info["owner"], info["state"]) == (str(mint.pubkey()), str(owner), "initialized")
        assert info["isNative"] is False
    assert await ask.value("getTokenAccountsByDelegate", str(owner), chosen) == []
    found = await ask(
        "getProgramAccounts",
        str(TOKEN),
        {
            "encoding": "base64",
            "filters": [
                {"dataSize": 165},
                {"memcmp": {"offset": 0, "bytes": str(mint.pubkey())}},
                {"memcmp": {"offset": 32, "bytes": str(owner)}},
                "tokenAccountState",
            ],
        },
    )
    assert len(found) == 2
    for bad in (payer.pubkey(), mint.pubkey()):
        with pytest.raises(Refused):
            await ask("getTokenAccountBalance", str(bad))


async def test_a_transaction_tells_the_tokens_before_and_after(ask: Asked) -> None:
    payer, mint, other = await ask.funded(), Keypair(), Keypair()
    await make_mint(ask, payer, mint, decimals=2)
    mine, theirs = [await make_tokens(ask, payer, mint.pubkey(), key.pubkey(), 70) for key in (payer, other)]
    # The plain transfer names no mint: whoever tells the decimals has looked for it.
    signature = await run(ask, payer, [move(mine.pubkey(), theirs.pubkey(), payer.pubkey(), 30)])
    found = await ask("getTransaction", signature, NEWEST)
    told, places = found["meta"], found["transaction"]["message"]["accountKeys"]
    for name, held in (("preTokenBalances", (70, 70)), ("postTokenBalances", (40, 100))):
        items = {places[item["accountIndex"]]: item for item in told[name]}
        assert set(items) == {str(mine.pubkey()), str(theirs.pubkey())}
        for account, owner, units in zip((mine, theirs), (payer, other), held, strict=True):
            item = items[str(account.pubkey())]
            assert (item["mint"], item["owner"]) == (str(mint.pubkey()), str(owner.pubkey()))
            assert item["programId"] == str(TOKEN)
            assert item["uiTokenAmount"] == amount(units, 2)


async def test_an_account_that_is_made_held_nothing_and_one_without_tokens_is_not_told(ask: Asked) -> None:
    payer, mint = await ask.funded(), Keypair()
    await make_mint(ask, payer, mint)
    account = await make_tokens(ask, payer, mint.pubkey(), payer.pubkey(), 5)
    (made, *_) = await ask("getSignaturesForAddress", str(account.pubkey()))
    told = (await ask("getTransaction", made["signature"], NEWEST))["meta"]
    assert told["preTokenBalances"] == []
    assert [item["uiTokenAmount"]["amount"] for item in told["postTokenBalances"]] == ["5"]
    (paid, *_) = (await ask("getSignaturesForAddress", str(payer.pubkey())))[::-1]
    told = (await ask("getTransaction", paid["signature"], NEWEST))["meta"]
    assert (told["preTokenBalances"], told["postTokenBalances"]) == ([], [])


async def test_what_cannot_be_parsed_comes_as_bytes(ask: Asked) -> None:
    account = await ask.value("getAccountInfo", str((await ask.funded()).pubkey()), PARSED)
    assert account["data"] == ["", "base64"]


@pytest.mark.parametrize(
    ("units", "decimals", "shown"),
    [(0, 0, "0"), (1, 9, "0.000000001"), (1 << 63, 0, str(1 << 63)), (500, 2, "5")],
)
async def test_amounts(units: int, decimals: int, shown: str) -> None:
    assert amount(units, decimals)["uiAmountString"] == shown


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b"\x07\0\0\0", [{"extension": "immutableOwner"}]),
        (
            b"\x01\0\x02\0ab\x09\0\0\0",
            [{"extension": "unparseableExtension"}, {"extension": "nonTransferable"}],
        ),
        (b"\x13\0\x03\0abc", [{"extension": "unparseableExtension"}]),
        (b"\x13\0\xff\xffabc", []),
        (b"\x06\0\x01\0\x09", [{"extension": "unparseableExtension"}]),
        (bytes(500), []),
    ],
)
async def test_extensions_that_lie_badly(data: bytes, found: Any) -> None:
    assert extensions(data) == found
