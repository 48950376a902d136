"""solana-py at work on a node, in an environment of its own: solana_peer.py RPC_URL WEBSOCKET_URL

Calls what the client offers and prints one JSON document of what it saw. Used by test_solana_py.py.
"""

import asyncio
import json
import sys
from typing import Any

from solana.rpc.api import Client
from solana.rpc.commitment import Confirmed
from solana.rpc.core import RPCException
from solana.rpc.types import MemcmpOpts, TokenAccountOpts, TxOpts
from solana.rpc.websocket_api import connect
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import Transaction, VersionedTransaction

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")


def use(client: Client) -> dict[str, Any]:
    """Send and look, as a program made with solana-py does."""
    payer, target = Keypair(), Keypair().pubkey()
    signature = client.request_airdrop(payer.pubkey(), 10_000_000_000).value
    client.confirm_transaction(signature, Confirmed, sleep_seconds=0.1)
    pay = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=target, lamports=10_000_000))
    latest = client.get_latest_blockhash().value
    legacy = Transaction(
        [payer], Message.new_with_blockhash([pay], payer.pubkey(), latest.blockhash), latest.blockhash
    )
    first = client.send_transaction(legacy, TxOpts(preflight_commitment=Confirmed)).value
    client.confirm_transaction(
        first, Confirmed, sleep_seconds=0.1, last_valid_block_height=latest.last_valid_block_height
    )
    latest = client.get_latest_blockhash().value
    message = MessageV0.try_compile(payer.pubkey(), [pay], [], latest.blockhash)
    fee = client.get_fee_for_message(message).value
    new = VersionedTransaction(message, [payer])
    units = client.simulate_transaction(new, sig_verify=True).value.units_consumed
    second = client.send_transaction(new).value
    told = client.get_transaction(second, max_supported_transaction_version=0).value
    bad = MessageV0.try_compile(payer.pubkey(), [Instruction(TOKEN, b"\xfe", [])], [], latest.blockhash)
    try:
        client.send_transaction(VersionedTransaction(bad, [payer]))
        refused = ""
    except RPCException as error:
        refused = type(error.args[0]).__name__
    slot = told.slot
    client.request_airdrop(payer.pubkey(), 1_000_000_000)
    owned = client.get_program_accounts(Pubkey.default(), filters=[0, MemcmpOpts(offset=0, bytes="")]).value
    many = client.get_multiple_accounts([target, TOKEN, Keypair().pubkey()]).value
    history = client.get_signatures_for_address(target).value
    statuses = client.get_signature_statuses([first, second]).value
    block = client.get_block(slot, max_supported_transaction_version=0).value
    tokens = TokenAccountOpts(program_id=TOKEN)
    seen: dict[str, Any] = {
        "balance": client.get_balance(target).value,
        "fee": [fee, told.transaction.meta.fee],
        "units": units,
        "refused": refused,
        "version": str(told.transaction.version),
        "history": [item.signature == second for item in history],
        "statuses": [str(item.confirmation_status) for item in statuses],
        "block": list(block.transactions[0].transaction.signatures) == [second],
        "time": client.get_block_time(slot).value == told.block_time,
        "owned": str(target) in {str(item.pubkey) for item in owned},
        "many": [item is not None for item in many],
        "parsed": client.get_account_info_json_parsed(target).value.lamports,
        "tokens": client.get_token_accounts_by_owner(payer.pubkey(), tokens).value,
        "rent": client.get_minimum_balance_for_rent_exemption(165).value,
        "connected": client.is_connected(),
    }
    # Each of these reads its answer with types of its own, so coming back is the test.
    plain = (
        client.get_block_height, client.get_cluster_nodes, client.get_epoch_info, client.get_epoch_schedule,
        client.get_first_available_block, client.get_genesis_hash, client.get_identity,
        client.get_largest_accounts, client.get_minimum_ledger_slot, client.get_recent_performance_samples,
        client.get_slot, client.get_slot_leader, client.get_supply, client.get_transaction_count,
        client.get_version, client.get_vote_accounts,
    )  # fmt: skip
    seen["plain"] = [call.__name__ for call in plain if call() is not None]
    seen["blocks"] = slot in client.get_blocks(slot, slot).value
    return seen


async def listen(client: Client, url: str) -> list[str]:
    """What subscriptions say of a transfer."""
    payer = Keypair()
    heard = []
    async with connect(url) as socket:
        await socket.account_subscribe(payer.pubkey(), Confirmed)
        await socket.logs_subscribe()
        await socket.slot_subscribe()
        for _ in range(3):
            heard.append(type((await socket.recv())[0]).__name__)
        signature = await asyncio.to_thread(lambda: client.request_airdrop(payer.pubkey(), 10**9).value)
        await socket.signature_subscribe(signature)
        wanted = {"AccountNotification", "LogsNotification", "SlotNotification", "SignatureNotification"}
        while not wanted <= set(heard):
            heard += [type(message).__name__ for message in await asyncio.wait_for(socket.recv(), 20)]
    return sorted(set(heard))


def main() -> None:
    """Use both halves of the node."""
    client = Client(sys.argv[1])
    seen = use(client)
    seen["heard"] = asyncio.run(listen(client, sys.argv[2]))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
