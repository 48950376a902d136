"""The program, driven by a client that knows nothing of ours but protocol/idl.json."""

import dataclasses
import json
import subprocess
import typing
from pathlib import Path
from typing import Any

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from federity._generated import codec, instructions, types
from federity._generated.accounts import Branch, Commit, Member, Repository
from federity._generated.events import EVENT_TAG
from federity._generated.program import EVENT_AUTHORITY, PROGRAM_ID
from federity.chain import pda
from federity.chain.embedded import EmbeddedChain
from federity.wallet import Wallet

pytestmark = pytest.mark.svm

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".tools" / "interop" / "bin" / "python"
SYSTEM = "11111111111111111111111111111111"
FIXED = {"system_program": SYSTEM, "event_authority": str(EVENT_AUTHORITY), "program": str(PROGRAM_ID)}
TAU_G2 = bytes.fromhex(
    "2903ba015a9abde26a5d081e84551e63be0fd4516e46ee6d593edeba46362455"
    "224bdc5d4327fcf8ed702e01de1c2f1657a253ba75e32a89c390142aaa28b308"
    "03c8b7cda6b2dedb7aeeaf5fda464ad17036bea1c4e6f7adbaed1ebe0335e0d8"
    "1d92fff52a265017eeccb372e37d7a7bd431800eca28dfd82e21e8054114233f"
)


def ask(**request: Any) -> dict[str, Any]:
    """Put a request to the other client."""
    if not PEER.exists():
        pytest.skip("the other client's environment is not there: run `make interop`")
    whole = {"idl": str(ROOT / "protocol" / "idl.json"), "instructions": [], "accounts": [], "events": []}
    done = subprocess.run(
        [PEER, Path(__file__).with_name("peer.py")],
        input=json.dumps({**whole, **request}),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def told(value: Any, kind: str = "") -> Any:
    """A value in the form that both clients exchange."""
    if isinstance(value, Pubkey):
        return {"pubkey": str(value)}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, tuple):
        return [told(item) for item in value]
    if dataclasses.is_dataclass(value):
        fields = {
            field.name.rstrip("_"): told(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
        return {"struct": kind or type(value).__name__, "fields": fields}
    return value


def shown(value: Any) -> Any:
    """A value of ours in the form in which the other client shows what it decoded."""
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, tuple):
        return [shown(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {
            field.name.rstrip("_"): shown(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    return told(value)


def request(arguments: Any, **accounts: Pubkey) -> dict[str, Any]:
    """What to ask for: an instruction by our arguments and the names of its accounts."""
    named = {**FIXED, **{name: str(address) for name, address in accounts.items()}}
    takes = dataclasses.fields(arguments)
    return {
        "name": arguments.NAME,
        "args": [told(arguments, f"{type(arguments).__name__}Args")] if takes else [],
        "accounts": {name: named[name] for name in arguments.ACCOUNTS},
    }


def instruction(made: dict[str, Any]) -> Instruction:
    """An instruction that the other client made."""
    keys = [AccountMeta(Pubkey.from_string(key), signer, writable) for key, signer, writable in made["keys"]]
    return Instruction(PROGRAM_ID, bytes.fromhex(made["data"]), keys)


def test_both_clients_write_the_same_bytes() -> None:
    asked, ours = [], []
    for kind in typing.get_args(instructions.Arguments):
        arguments = kind.read(
            codec.Reader(bytes(range(1, 201)) * 60 if kind.NAME in FILLED else bytes(2_000))
        )
        accounts = {name: Pubkey.new_unique() for name in kind.ACCOUNTS if name not in FIXED}
        asked.append(request(arguments, **accounts))
        fields = {field.name: getattr(arguments, field.name) for field in dataclasses.fields(arguments)}
        given = {f"{name}_address" if name in fields else name: key for name, key in accounts.items()}
        ours.append(getattr(instructions, kind.NAME)(**given, **fields))
    assert [instruction(made) for made in ask(instructions=asked)["instructions"]] == ours


# Those without a truth value or a list can be filled with any bytes.
FILLED = {
    "repository_create",
    "member_add",
    "key_create",
    "commit_create",
    "commit_prove",
    "merge_add",
    "location_create",
}


async def test_it_drives_the_program_and_reads_what_it_did(tmp_path: Path) -> None:
    wallet, guest = Wallet.generate(), Pubkey.new_unique()
    name = pda.padded_name("digits")
    repository = pda.repository(wallet.pubkey, "digits")
    member, branch = pda.member(repository, wallet.pubkey), pda.branch(repository, "main")
    rules = types.Rules.read(codec.Reader(bytes(200)))
    phases = {"propose_slots": 10, "review_slots": 10, "merge_slots": 10}
    rules = dataclasses.replace(
        rules,
        version=1,
        rules_role=5,
        operate_role=4,
        max_samples=1,
        max_weight=65_536,
        norm_bound=1_000_000,
        **phases,
    )
    signed = {"payer": wallet.pubkey, "authority": wallet.pubkey, "repository": repository, "member": member}
    async with await EmbeddedChain.open(tmp_path / "chain") as chain:
        await chain.airdrop(wallet.pubkey, 10_000_000_000)
        cluster = await chain.genesis_hash()
        create = instructions.RepositoryCreate(name=name, flags=1, cluster=cluster, tau_g2=TAU_G2)
        genesis = instructions.GenesisCreate(
            name=pda.padded_name("main"),
            manifest_hash=b"\x05" * 32,
            base_hash=b"\x06" * 32,
            location=types.BlobLocation(tag=1, id=b"\x06" * 32),
            chunks=1,
            rules=rules,
        )
        add = instructions.MemberAdd(wallet=guest, role=2)
        added = {**signed, "member": pda.member(repository, guest), "authority_member": member}
        asked = [
            request(create, **signed),
            request(add, **added),
            # The program's own address says that an optional account is not given.
            request(genesis, **signed, ancestor=PROGRAM_ID, branch=branch, commit=pda.genesis(branch)),
        ]
        events = []
        for made in ask(instructions=asked)["instructions"]:
            events += (await chain.send([instruction(made)], payer=wallet)).events

        kinds = {repository: Repository, member: Member, branch: Branch, pda.genesis(branch): Commit}
        found = await chain.accounts(list(kinds))
        ours = [kind.decode(account.data) for kind, account in zip(kinds.values(), found, strict=True)]
        records = await chain.history(wallet.pubkey)
    raw = [call.data for record in reversed(records) for call in record.inner if call.program == PROGRAM_ID]
    assert all(data.startswith(EVENT_TAG) for data in raw)
    theirs = ask(
        accounts=[account.data.hex() for account in found],
        events=[data[len(EVENT_TAG) :].hex() for data in raw],
    )
    assert theirs["accounts"] == [shown(account) for account in ours]
    assert theirs["events"] == [{"name": type(event).__name__, "fields": shown(event)} for event in events]
    assert [event["name"] for event in theirs["events"]] == [
        "RepositoryCreated",
        "MemberAdded",
        "GenesisCreated",
    ]
