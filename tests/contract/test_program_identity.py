"""What runs at the program's address is compared before anything is signed, and nothing of it is believed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

import federity
from contract.node import Node, serving
from federity._generated.program import EVENT_AUTHORITY, PROGRAM_ID, event_authority, program_id
from federity.chain import identity, loader, pda
from federity.chain.base import Account
from federity.chain.identity import Expected, code_hash, is_local
from federity.chain.program import packaged_program
from federity.chain.rpc import RpcChain, RpcSettings
from federity.config import Config
from federity.errors import ConfigError, WrongProgram
from federity.wallet import Wallet
from support.clock import QuickClock

pytestmark = pytest.mark.svm

OWN = Pubkey.from_bytes(bytes(range(32)))
AUTHORITY, STRANGER = Pubkey.from_bytes(b"\1" * 32), Pubkey.from_bytes(b"\2" * 32)
CODE = b"\x7fELF some code"
PUBLIC = Expected(OWN, code_hash(CODE), str(AUTHORITY), local=False, name="there")


class Mute:
    """A wallet that must not be asked to sign."""

    pubkey = Pubkey.from_bytes(b"\3" * 32)

    def sign(self, message: bytes) -> None:
        raise AssertionError("a signature was made")


@asynccontextmanager
async def opened(node: Node, expected: Expected) -> AsyncIterator[RpcChain]:
    settings = RpcSettings(program=expected)
    async with serving(node) as url, await RpcChain.open(url, settings=settings, clock=QuickClock()) as chain:
        yield chain


async def refused(node: Node, expected: Expected, message: str) -> WrongProgram:
    """Every way in is refused with the same sentence, and no transaction leaves."""
    step = transfer(TransferParams(from_pubkey=Mute.pubkey, to_pubkey=Mute.pubkey, lamports=1))
    async with opened(node, expected) as chain:
        for attempt in (
            lambda: chain.send([step], payer=Mute()),  # type: ignore[arg-type]
            lambda: chain.prepare([step], payer=Mute(), preflight=False),  # type: ignore[arg-type]
            lambda: chain.simulate([step], Mute.pubkey),
            lambda: chain.program_accounts(b""),
            lambda: chain.accounts([AUTHORITY]),
        ):
            with pytest.raises(WrongProgram, match=message) as caught:
                await attempt()
    assert node.sent == []
    return caught.value


async def test_the_development_address_is_refused_off_this_machine(node: Node) -> None:
    node.deploy(PROGRAM_ID, packaged_program(), AUTHORITY)
    error = await refused(
        node, replace(PUBLIC, program=PROGRAM_ID), f"^{PROGRAM_ID} is the development address"
    )
    assert "--program" in error.hint
    assert "getMultipleAccounts" not in node.asked


async def test_the_development_address_is_spoken_to_where_a_person_names_it(node: Node) -> None:
    """A team's own node is on another machine; its code and its authority are compared all the same."""
    node.deploy(PROGRAM_ID, packaged_program(), None)
    url, name, address = "http://10.0.0.1:8899", "there", str(PROGRAM_ID)
    async with opened(node, identity.expected(url, name, program=address)) as chain:
        assert await chain.program_accounts(b"") == []
    await refused(node, identity.expected(url, name), "is the development address")
    node.deploy(PROGRAM_ID, packaged_program(), AUTHORITY)
    await refused(node, identity.expected(url, name, program=address), "at any time by")
    node.deploy(PROGRAM_ID, CODE, None)
    await refused(node, identity.expected(url, name, program=address), "has other code than expected")


async def test_other_code_is_refused(node: Node) -> None:
    node.deploy(OWN, CODE + b"!", AUTHORITY)
    error = await refused(node, PUBLIC, f"^The program at {OWN} on there has other code than expected")
    assert f"program_hash {code_hash(CODE + b'!')}" in error.hint


async def test_other_code_is_refused_on_this_machine_too(node: Node) -> None:
    node.deploy(PROGRAM_ID, CODE, STRANGER)
    local = replace(PUBLIC, program=PROGRAM_ID, code=code_hash(packaged_program()), authority="", local=True)
    await refused(node, local, "has other code than expected")


async def test_another_upgrade_authority_is_refused(node: Node) -> None:
    node.deploy(OWN, CODE, STRANGER)
    error = await refused(node, PUBLIC, f"may be upgraded by {STRANGER}; expected is {AUTHORITY}")
    assert "program_authority" in error.hint
    await refused(node, replace(PUBLIC, authority="none"), f"{STRANGER}; expected is nobody")
    error = await refused(node, replace(PUBLIC, authority=""), f"at any time by {STRANGER}, and nobody said")
    assert f"program_authority {STRANGER}" in error.hint


async def test_no_program_and_what_is_none_are_refused(node: Node) -> None:
    await refused(node, PUBLIC, f"^There is no program at {OWN} on there")
    place = str(loader.programdata_address(OWN))
    node.deploy(OWN, CODE, AUTHORITY)
    whole = node.programs[place]
    for broken in (replace(whole, data=b""), replace(whole, data=bytes(45)), replace(whole, data=b"\1" * 44)):
        node.programs[place] = broken
        await refused(node, PUBLIC, "has no code")
    node.programs[place] = replace(whole, owner=STRANGER)
    await refused(node, PUBLIC, "of a loader whose code cannot be compared")
    node.programs[str(OWN)] = replace(node.programs[str(OWN)], owner=STRANGER)
    await refused(node, PUBLIC, "of a loader whose code cannot be compared")


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        (AUTHORITY, PUBLIC),
        (None, PUBLIC),
        (None, replace(PUBLIC, authority="none")),
        (None, replace(PUBLIC, authority="")),
        (STRANGER, replace(PUBLIC, authority="", local=True)),
    ],
)
async def test_the_expected_program_is_spoken_to(
    node: Node, authority: Pubkey | None, expected: Expected
) -> None:
    node.deploy(OWN, CODE, authority)
    wallet = Wallet.generate()
    await node.chain.airdrop(wallet.pubkey, 10_000_000)
    step = transfer(TransferParams(from_pubkey=wallet.pubkey, to_pubkey=wallet.pubkey, lamports=1))
    async with opened(node, expected) as chain:
        await chain.send([step], payer=wallet)
        count = node.asked.count("getMultipleAccounts")
        await chain.send([step], payer=wallet)
        assert node.asked.count("getMultipleAccounts") == count


async def test_a_program_without_loader_account_is_compared_too(node: Node) -> None:
    final = Pubkey.from_string("BPFLoader2111111111111111111111111111111111")
    node.programs[str(OWN)] = Account(1, final, CODE, True)
    async with opened(node, PUBLIC) as chain:
        assert await chain.program_accounts(b"") == []
    await refused(node, replace(PUBLIC, code="0" * 64), "has other code")


async def test_a_wallet_without_the_program_is_still_a_wallet(node: Node) -> None:
    """Money and faucet need no program, so they work before anybody has deployed one."""
    async with opened(node, PUBLIC) as chain:
        await chain.airdrop(AUTHORITY, 10_000_000)
        assert await chain.balance(AUTHORITY) == 10_000_000


async def test_a_deployment_that_was_found_right_is_not_read_again(node: Node, tmp_path: Path) -> None:
    expected = replace(PUBLIC, cache=tmp_path)
    node.deploy(OWN, CODE, AUTHORITY, slot=7)
    for whole_reads in (1, 0):
        node.asked.clear()
        node.sliced = 0
        async with opened(node, expected) as chain:
            await chain.program_accounts(b"")
        assert node.asked.count("getMultipleAccounts") - node.sliced == whole_reads
    # Another deployment is another slot; and who trusts other code now has it compared.
    node.deploy(OWN, CODE + b"!", AUTHORITY, slot=8)
    await refused(node, expected, "has other code")
    node.deploy(OWN, CODE, AUTHORITY, slot=7)
    await refused(node, replace(expected, code="0" * 64), "has other code")


def test_this_machine() -> None:
    assert all(
        map(is_local, ("http://127.0.0.1:8899", "http://localhost", "http://[::1]:1", "http://127.9.9.9"))
    )
    for url in (
        "http://localhost.example",
        "https://api.devnet.solana.com",
        "http://10.0.0.1",
        "http://127.0.0.1.x",
    ):
        assert not is_local(url)


async def test_a_session_takes_program_and_record_from_settings_and_arguments(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    config = Config.read(home)
    for name, value in (("program_hash", code_hash(CODE)), ("program_authority", str(AUTHORITY))):
        config = config.with_setting(name, value)
    config.write()
    node.deploy(OWN, CODE, AUTHORITY)
    monkeypatch.setattr(identity, "is_local", lambda url: False)
    async with serving(node) as url:
        async with federity.connect(url, home=home) as session:
            with pytest.raises(WrongProgram, match="development address"):
                await session.chain.program_accounts(b"")
        async with federity.connect(url, home=home, program=OWN) as session:
            assert await session.chain.program_accounts(b"") == []
            assert program_id() == OWN
            assert event_authority() != EVENT_AUTHORITY
            under_own = pda.repository(AUTHORITY, "a")
            with pytest.raises(ConfigError, match="while a session with another one is open"):
                async with federity.connect("embedded", home=home):
                    raise AssertionError("two programs at once")
    assert program_id() == PROGRAM_ID
    assert event_authority() == EVENT_AUTHORITY
    assert pda.repository(AUTHORITY, "a") != under_own
