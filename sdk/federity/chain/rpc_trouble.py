"""What a node's errors mean, and the sentence for the user when asking again did not help."""

from federity.errors import ChainUnavailable
from federity.network.patience import Trouble, Why

__all__ = ["BEHIND_CODE", "RETRIED_CODES", "SIGNATURE_CODE", "unanswered"]

BEHIND_CODE = -32016
SIGNATURE_CODE = -32003
RETRIED_CODES = frozenset(
    {
        429,  # said in the body instead of in the status
        -32000,  # a proxy's "something is wrong here"
        -32002,  # without preflight: a proxy's "resource unavailable"
        -32004,  # block not available for the slot
        -32005,  # node unhealthy, or a proxy's "limit exceeded"
        -32007,  # slot skipped, or missing after a restart
        -32009,  # the same in the long-term store
        -32014,  # block status not available yet
        BEHIND_CODE,  # minimum context slot not reached
        -32017,  # epoch rewards period active
        -32019,  # the long-term store cannot be reached
        -32429,  # a proxy's 429
        -32603,  # internal error
    }
)
"""JSON-RPC errors that say "not now" rather than "no"."""


def unanswered(trouble: Trouble, url: str, method: str) -> ChainUnavailable:
    """The sentence for the user."""
    match trouble.why:
        case Why.SILENT:
            return ChainUnavailable(f"The chain at {url} gives no answer.")
        case Why.NONSENSE:
            return ChainUnavailable(
                f"What answers at {url} is no Solana node, or a broken one: {method} got {trouble.text}."
            )
        case Why.BEHIND:
            return ChainUnavailable(
                f"The chain at {url} has not seen yet what was read or written a moment ago.",
                hint="The node lags behind its cluster: try again, or name another node with --url.",
            )
        case Why.BUSY:
            asked = f" and asks to wait {trouble.after:.0f} seconds" if trouble.after else ""
            return ChainUnavailable(
                f"The chain at {url} is too busy for {method}{asked}: {trouble.text}.",
                hint="Try again later, set `rate_limit` lower, or name another node with --url.",
            )
        case Why.REFUSED:
            return ChainUnavailable(f"The chain at {url} did not serve {method}: {trouble.text}.")
