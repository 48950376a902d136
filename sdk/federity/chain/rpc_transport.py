"""Talking to an RPC node: what its silences and its error messages mean."""

from collections.abc import Iterator
from contextlib import contextmanager

from solana.exceptions import SolanaRpcException
from solana.rpc.core import RPCException
from solana.rpc.models import MemcmpOpts
from solders.errors import SerdeJSONError
from solders.rpc.errors import RpcCustomErrorFieldless, SendTransactionPreflightFailureMessage

from federity.chain import base58
from federity.chain.base import Filter
from federity.chain.failure import Failure
from federity.errors import ChainUnavailable

__all__ = ["answering", "memcmp"]


@contextmanager
def answering(url: str) -> Iterator[None]:
    """Turn a missing or unusable answer of the node at `url` into ChainUnavailable."""
    try:
        yield
    except SolanaRpcException as error:
        raise ChainUnavailable(f"The chain at {url} gives no answer.") from error
    except RPCException as error:
        message = error.args[0] if error.args else None
        if message == RpcCustomErrorFieldless.TransactionSignatureVerificationFailure:
            Failure("SignatureFailure").throw()
        text = getattr(message, "message", message)
        if isinstance(message, SendTransactionPreflightFailureMessage):
            text = message.data.err
        raise ChainUnavailable(f"The chain at {url} did not serve the request: {text}.") from error
    except (SerdeJSONError, ValueError, TypeError) as error:
        raise ChainUnavailable(f"What answers at {url} is no Solana node.") from error


def memcmp(item: Filter) -> MemcmpOpts:
    """A filter as the node takes it."""
    return MemcmpOpts(offset=item.offset, bytes=base58.encode(item.value))
