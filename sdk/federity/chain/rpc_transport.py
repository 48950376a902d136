"""Asking an RPC node: one place that paces, retries, bounds and checks, whatever comes back.

JSON is parsed here and not by solders: its response types panic on error codes that nodes do send.
"""

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

from federity.chain.failure import Failure
from federity.chain.rpc_trouble import BEHIND_CODE, RETRIED_CODES, SIGNATURE_CODE, unanswered
from federity.network.clock import Clock
from federity.network.patience import Patience, Trouble, Why
from federity.network.throttle import Throttle
from federity.network.web import Host, is_shared
from federity.parsing import parse_shallow

__all__ = ["RpcNode"]

Params = Sequence[Any]
T = TypeVar("T")

_BATCH = 20
_DONE_NOTHING = frozenset({429, 503, -32005, -32016, -32429})
"""HTTP statuses and JSON-RPC errors that say so: the request was not looked at."""


class RpcNode:
    """A node behind a URL. `name` is the URL as messages show it."""

    def __init__(self, url: str, name: str, throttle: Throttle, clock: Clock) -> None:
        """Connect when first asked."""
        self.name = name
        self._throttle = throttle
        self._clock = clock
        self._host = Host(url, throttle, clock)
        self._takes_batches = True
        self._count = 0

    async def __aenter__(self) -> Self:
        """The node."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the connections."""
        await self._host.__aexit__()

    async def call(
        self, method: str, params: Params, read: Callable[[Any], T], *, repeatable: bool = True
    ) -> T:
        """Ask, and read the result with `read`, which raises what a wrong type or value raises in Python.

        What is not `repeatable` is asked again only when the node said that it did nothing. Raises
        ChainUnavailable, TransactionRefused (a signature does not verify).
        """
        patience = Patience()
        while True:
            await self._throttle.admit(method)
            try:
                return _read(read, await self._ask(method, params))
            except Trouble as trouble:
                again = repeatable or trouble.code in _DONE_NOTHING
                pause = patience.pause(trouble) if again else None
                if pause is None:
                    if trouble.code == SIGNATURE_CODE:
                        Failure("SignatureFailure").throw()
                    raise unanswered(trouble, self.name, method) from trouble
                if is_shared(trouble):
                    self._throttle.pause(pause)
            await self._clock.sleep(pause)

    async def call_many(self, method: str, many: Sequence[tuple[Params, Callable[[Any], T]]]) -> list[T]:
        """`call` for many parameters and readers, in batches; what a batch lacks is asked for singly."""
        size = min(_BATCH, self._throttle.most_at_once())
        found: list[T] = []
        for start in range(0, len(many), size):
            part = many[start : start + size]
            together = self._takes_batches and len(part) > 1
            answers = await self._batch(method, [params for params, _ in part]) if together else {}
            for index, (params, read) in enumerate(part):
                try:
                    found.append(_read(read, answers[index]))
                except (KeyError, Trouble):
                    found.append(await self.call(method, params, read))
        return found

    async def _batch(self, method: str, many: Sequence[Params]) -> dict[int, Any]:
        """The results of one batch by index; without those that failed. A node may take no batches."""
        await self._throttle.admit(method, len(many))
        requests = [self._request(method, params) for params in many]
        try:
            answers = await self._post(requests)
        except Trouble as trouble:
            self._takes_batches = trouble.why in (Why.BUSY, Why.SILENT)
            if is_shared(trouble):
                self._throttle.pause(Patience().pause(trouble) or 0)
            return {}
        if not isinstance(answers, list):
            self._takes_batches = False
            return {}
        by_id = {
            answer["id"]: answer["result"]
            for answer in answers
            if isinstance(answer, dict) and "result" in answer and isinstance(answer.get("id"), int)
        }
        return {
            index: by_id[request["id"]] for index, request in enumerate(requests) if request["id"] in by_id
        }

    async def _ask(self, method: str, params: Params) -> Any:
        request = self._request(method, params)
        answer = await self._post(request)
        if not isinstance(answer, dict):
            raise Trouble(Why.NONSENSE, "an answer of another form")
        if answer.get("error") is not None:
            raise _told(answer["error"])
        if "result" not in answer or answer.get("id") != request["id"]:
            raise Trouble(Why.NONSENSE, "an answer to another question")
        return answer["result"]

    def _request(self, method: str, params: Params) -> dict[str, Any]:
        self._count += 1
        return {"jsonrpc": "2.0", "id": self._count, "method": method, "params": list(params)}

    async def _post(self, body: object) -> Any:
        """The parsed body of an HTTP answer. Raises Trouble."""
        answer = await self._host.once("POST", json=body)
        status = f"HTTP status {answer.status} {answer.reason}"
        try:
            parsed = parse_shallow(answer.body)
        except ValueError as error:
            raise Trouble(
                Why.NONSENSE if answer.is_success else Why.REFUSED,
                "something else than JSON" if answer.is_success else status,
            ) from error
        if not answer.is_success and not (isinstance(parsed, dict) and parsed.get("error")):
            raise Trouble(Why.REFUSED, status)
        return parsed


def _told(error: object) -> Trouble:
    """A JSON-RPC error as trouble."""
    if not isinstance(error, dict):
        return Trouble(Why.NONSENSE, "an error of another form")
    code, message = error.get("code"), str(error.get("message", "no reason given"))
    if type(code) is not int:
        return Trouble(Why.NONSENSE, "an error without a number")
    if code == BEHIND_CODE:
        return Trouble(Why.BEHIND, message, code=code)
    if code in RETRIED_CODES:
        return Trouble(Why.BUSY, f"{message} ({code})", code=code)
    return Trouble(Why.REFUSED, f"{message} ({code})", code=code)


def _read(read: Callable[[Any], T], result: Any) -> T:
    """Read a result. A panic of solders is a BaseException of no importable class: it ends here too."""
    try:
        return read(result)
    except (Trouble, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise Trouble(Why.NONSENSE, "values that cannot be") from error
