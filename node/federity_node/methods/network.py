"""What a client asks about the cluster: it has one node, no votes, and no rewards."""

from typing import Any

from solders.hash import Hash

from federity.chain.slots import EPOCH_SLOTS, SLOT_MILLISECONDS
from federity_node.chain import View
from federity_node.errors import NO_SNAPSHOT, RpcError, invalid
from federity_node.methods.context import VERSION, at_least
from federity_node.params import Params, address, whole

__all__ = ["READS"]

_FEATURE_SET = 0
_SAMPLES = 720
_SAMPLE_SECONDS = 60
_SAMPLE_SLOTS = _SAMPLE_SECONDS * 1000 // SLOT_MILLISECONDS
_FEE_SLOTS = 150
_FEE_ADDRESSES = 128
_LEADERS = 5000


def get_genesis_hash(view: View, params: Params) -> Any:
    """What tells this chain from all others."""
    params.end()
    return str(Hash(view.ledger.genesis))


def get_version(_: View, params: Params) -> Any:
    """The release whose answers these are like."""
    params.end()
    return {"solana-core": VERSION, "feature-set": _FEATURE_SET}


def get_health(_: View, params: Params) -> Any:
    """`ok`: a chain that cannot be read is an error before this is asked."""
    params.end()
    return "ok"


def get_identity(view: View, params: Params) -> Any:
    """Who this node is."""
    params.end()
    return {"identity": str(view.identity)}


def get_cluster_nodes(view: View, params: Params) -> Any:
    """This node alone. Where it listens is for the person who started it to say."""
    params.end()
    nothing = dict.fromkeys(("gossip", "tpu", "tpuQuic", "rpc", "pubsub", "tvu"))
    return [
        {
            "pubkey": str(view.identity),
            **nothing,
            "version": VERSION,
            "featureSet": _FEATURE_SET,
            "shredVersion": 0,
        }
    ]


def get_epoch_info(view: View, params: Params) -> Any:
    """The current epoch, and how far it has come."""
    at_least(view.slot, params.options())
    epoch, index = divmod(view.slot, EPOCH_SLOTS)
    return {
        "absoluteSlot": view.slot,
        "blockHeight": view.slot,
        "epoch": epoch,
        "slotIndex": index,
        "slotsInEpoch": EPOCH_SLOTS,
        "transactionCount": view.all.count(),
    }


def get_epoch_schedule(_: View, params: Params) -> Any:
    """Epochs are of one length from the first slot on."""
    params.end()
    return {
        "firstNormalEpoch": 0,
        "firstNormalSlot": 0,
        "leaderScheduleSlotOffset": EPOCH_SLOTS,
        "slotsPerEpoch": EPOCH_SLOTS,
        "warmup": False,
    }


def get_slot_leader(view: View, params: Params) -> Any:
    """Who leads the current slot: this node."""
    at_least(view.slot, params.options())
    return str(view.identity)


def get_slot_leaders(view: View, params: Params) -> Any:
    """Who leads each of some slots: this node."""
    params.one("start slot", whole)
    limit = params.one("limit", whole)
    if not 1 <= limit <= _LEADERS:
        raise invalid(f"Invalid limit; max {_LEADERS}")
    return [str(view.identity)] * limit


def get_vote_accounts(_: View, params: Params) -> Any:
    """Nobody votes here."""
    params.options()
    return {"current": [], "delinquent": []}


def get_transaction_count(view: View, params: Params) -> Any:
    """How many transactions have run."""
    at_least(view.slot, params.options())
    return view.all.count()


def get_recent_performance_samples(view: View, params: Params) -> Any:
    """How many transactions ran in each of the last minutes, newest first."""
    limit = params.maybe("limit", whole, _SAMPLES)
    if limit > _SAMPLES:
        raise invalid(f"Invalid limit; max {_SAMPLES}")
    found: list[Any] = []
    end, ran = view.slot, view.all.count_before(view.slot)
    while len(found) < limit and end > _SAMPLE_SLOTS:
        start = end - _SAMPLE_SLOTS
        before = view.all.count_before(start)
        found.append(
            {
                "slot": end,
                "numTransactions": ran - before,
                "numNonVoteTransactions": ran - before,
                "numSlots": _SAMPLE_SLOTS,
                "samplePeriodSecs": _SAMPLE_SECONDS,
            }
        )
        end, ran = start, before
    return found


def get_recent_prioritization_fees(view: View, params: Params) -> Any:
    """Nothing: nobody has to pay to be included here."""
    if params.peek() is not None:
        params.many("addresses", address, _FEE_ADDRESSES)
    return [
        {"slot": slot, "prioritizationFee": 0} for slot in range(max(1, view.slot - _FEE_SLOTS), view.slot)
    ]


def get_highest_snapshot_slot(_: View, params: Params) -> Any:
    """There are no snapshots."""
    params.end()
    raise RpcError(NO_SNAPSHOT, "No snapshot")


READS = {
    "getClusterNodes": get_cluster_nodes,
    "getEpochInfo": get_epoch_info,
    "getEpochSchedule": get_epoch_schedule,
    "getGenesisHash": get_genesis_hash,
    "getHealth": get_health,
    "getHighestSnapshotSlot": get_highest_snapshot_slot,
    "getIdentity": get_identity,
    "getRecentPerformanceSamples": get_recent_performance_samples,
    "getRecentPrioritizationFees": get_recent_prioritization_fees,
    "getSlotLeader": get_slot_leader,
    "getSlotLeaders": get_slot_leaders,
    "getTransactionCount": get_transaction_count,
    "getVersion": get_version,
    "getVoteAccounts": get_vote_accounts,
}
