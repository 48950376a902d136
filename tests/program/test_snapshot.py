"""What the committed program costs and how large things are: a change shows as a diff of the snapshot.

`FEDERITY_UPDATE_SNAPSHOTS=1` writes it anew. The build of another toolchain is not held to it.
"""

import json
import os
from pathlib import Path

import pytest
from solders.instruction import AccountMeta
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import accounts, instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_READER, VERDICT_APPROVE, VERDICT_REJECT
from federity.chain import pda
from program import operations, selling, tokens
from program.forking import branch_from, fork_repository
from program.proving import Prover, delta, prepare, submit
from program.tagging import close_tag, move_tag, tag
from program.test_branches import fork
from program.test_handover import archive, hand_over, set_role
from program.test_key_pin import repeal
from program.test_members import delegate
from program.test_power import void
from program.test_record_close import close_record, post
from program.test_remark_create import remark
from program.test_weights_write import KEEPERS, approve, write
from program.world import World, g1, scaled, wallet

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "program.json"
# The bytes of a proof differ from run to run, and comparisons with them end sooner or later.
ROUNDED = {"commit_prove": 1_000}
ACCOUNTS = (
    accounts.Repository,
    accounts.Member,
    accounts.VerifyingKey,
    accounts.KeyPin,
    accounts.Branch,
    accounts.Commit,
    accounts.Points,
    accounts.Round,
    accounts.Review,
    accounts.Approval,
    accounts.Operation,
    accounts.Location,
    accounts.Tag,
    accounts.Sale,
    accounts.Purse,
)


def go_elsewhere(world: World, head: Pubkey) -> None:
    """Fork the repository and begin a branch there, and come back."""
    home = world.repository, world.branch
    fork_repository(world, world.repository, "fork")
    branch_from(world, head)
    world.repository, world.branch = home


def sell(world: World, buyer: Keypair) -> None:
    """List, cancel, list and buy; two updates share seven lamports, and one is left."""
    seller = world.owner
    for who in (seller, buyer):
        world.svm.airdrop(who.pubkey(), 10**9)
    world.publish_branch("sold")
    merges = [world.push(seller, g1(n)) for n in (2, 3)]
    selling.list_(world)
    selling.cancel(world, seller)
    selling.list_(world, price=7)
    selling.buy(world, buyer)
    for merge in merges:
        selling.claim_share(world, pda.commit(world.account(merge).round, seller.pubkey()))
    selling.sweep(world, world.branch)


def use_everything(world: World, prover: Prover) -> None:
    """Call every instruction of the program."""
    author = wallet("author 0")
    pin = prepare(world, prover, KEEPERS, chunks=2)
    world.protect(KEEPERS)
    world.invite(author, ROLE_CONTRIBUTOR)
    delegate(world, author, wallet("hot").pubkey())
    round_ = world.open_round(world.owner)
    first = world.propose(round_, author, key_pin=pin)
    submit(world, prover, first, prover.prove(world, first, delta()))
    world.create_points(first, 1)
    second = world.contribute(round_, world.owner, g1(2))
    world.create_points(second, 1)
    world.review(first, world.owner, VERDICT_APPROVE)
    for commit in (first, second):
        world.accept(round_, commit)
    world.lock(round_, world.owner)
    write(world, round_, [first, second], [0, 1 << 15])
    approve(world, round_, world.owner)
    merge = world.begin(round_, world.owner)
    world.send(
        instructions.merge_extend(
            payer=world.payer.pubkey(),
            round=round_,
            merge=merge,
            head=world.account(round_).head,
            head_points=None,
            points=pda.points(merge, 1),
            chunk=1,
        )
    )
    world.merge_add(round_, [first, second], scaled(g1(2), 1 << 23))
    world.merge_add(round_, [first, second], bytes(64), chunk=1)
    world.finish(round_, world.owner)
    close_record(world, merge, author, location=post(world, merge, author))
    fork(world, merge)
    close_tag(world, tag(world, merge))
    moved = tag(world, merge)
    move_tag(world, moved, pda.genesis(world.branch))
    go_elsewhere(world, merge)
    main = world.branch
    made = operations.create(world, world.owner, [operations.term(merge, 3)], 1)
    operations.approve(world, made, world.owner)
    remark(world, made.operation, world.owner)
    operations.extend(world, made, 1)
    for chunk in (0, 1):
        operations.add(world, made, chunk=chunk)
    operations.finish(world, made, world.owner)
    given_up = operations.create(world, world.owner, [operations.term(merge)])
    operations.extend(world, given_up, 1)
    operations.close(world, given_up, world.owner, chunk=1)
    operations.close(world, given_up, world.owner)
    world.publish_branch("wider", ancestor=merge)
    world.branch = main
    late = world.open_round(world.owner)
    abandoned = world.propose(late, author)
    world.create_points(abandoned, 1)
    world.pass_slots(301)
    world.expire(late)
    world.close(abandoned, chunk=1)
    world.close(abandoned)
    world.send(instructions.round_close(round=late, payer=world.payer.pubkey()))
    world.review(
        stopped := world.contribute(world.open_round(world.owner), author, g1(3)), world.owner, VERDICT_REJECT
    )
    void(world, stopped, world.owner, world.owner, owner=True)
    world.cancel(world.account(stopped).round, world.owner)
    set_role(world, author, ROLE_READER, by=world.owner)
    world.remove(author)
    repeal(world, prover)
    archive(world)
    archive(world, archived=False)
    seller, heir = world.owner, wallet("heir")
    hand_over(world, heir)
    tokens.mint_repository(world)
    tokens.mint_commit(world, made.result, seller)
    tokens.transfer(world, pda.mint(world.repository), heir, seller.pubkey())
    tokens.claim(world, seller)
    world.owner = seller
    sell(world, heir)


def measured(world: World, program: bytes) -> dict[str, object]:
    """Sizes, and of each instruction the dearest call."""
    calls: dict[str, dict[str, int]] = {}
    for sent in world.sent:
        (call,) = sent.calls
        arguments = instructions.decode_arguments(bytes(call.data))
        assert arguments is not None
        unit = ROUNDED.get(arguments.NAME, 1)
        metas: list[AccountMeta] = list(call.accounts)
        cost = {
            "accounts": len(metas),
            "transaction_bytes": sent.size,
            "units": -(-sent.units // unit) * unit,
        }
        if cost["units"] > calls.get(arguments.NAME, {"units": 0})["units"]:
            calls[arguments.NAME] = cost
    return {
        "program_bytes": len(program),
        "accounts": {kind.__name__: kind.SIZE for kind in ACCOUNTS},
        "instructions": dict(sorted(calls.items())),
    }


@pytest.mark.skipif("FEDERITY_PROGRAM" in os.environ, reason="costs are the committed program's")
def test_costs_and_sizes_are_pinned(empty: World, prover: Prover, program: bytes) -> None:
    use_everything(empty, prover)
    found = measured(empty, program)
    text = json.dumps(found, indent=2) + "\n"
    if os.environ.get("FEDERITY_UPDATE_SNAPSHOTS") == "1":
        SNAPSHOT.write_text(text)
    assert text == SNAPSHOT.read_text()


def test_every_instruction_is_used(empty: World, prover: Prover) -> None:
    use_everything(empty, prover)
    decoded = [instructions.decode_arguments(bytes(sent.calls[0].data)) for sent in empty.sent]
    called = {arguments.NAME for arguments in decoded if arguments is not None}
    idl = json.loads((Path(__file__).parents[2] / "protocol" / "idl.json").read_text())
    assert called == {instruction["name"] for instruction in idl["instructions"]}
