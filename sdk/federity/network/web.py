"""One host asked over HTTP: whatever comes back is bounded, and said in kinds of trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from ..masking import shown_url
from .clock import Clock
from .patience import Patience, Trouble, Why, retry_after
from .throttle import Throttle

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Host", "is_shared"]

T = TypeVar("T")

ANSWER_BYTES: Final = 64 << 20
_BUSY_STATUSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIMEOUT_SECONDS: Final = 30.0
_REDIRECTS: Final = 5


@dataclass(frozen=True)
class Answer:
    """What came back, whole. Its status is for the caller to judge; it is none of those that say "busy"."""

    status: int
    reason: str
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


class Host:
    """Where requests to one base URL go. One for each host, shared by everything that asks it."""

    def __init__(self, url: str, throttle: Throttle, clock: Clock, *, redirects: bool = False) -> None:
        """Connect when first asked; paths are put behind `url`. With `redirects`, a few are followed.

        `name` is the URL as messages show it.
        """
        self.url = url.rstrip("/")
        self.name = shown_url(self.url)
        self.throttle = throttle
        self.clock = clock
        self._redirects = redirects

    @cached_property
    def _http(self) -> httpx2.AsyncClient:
        # Made when something is asked: a session on this machine alone asks nobody, and importing takes time.
        import httpx2

        return httpx2.AsyncClient(
            timeout=_TIMEOUT_SECONDS, max_redirects=_REDIRECTS, follow_redirects=self._redirects
        )

    async def __aenter__(self) -> Self:
        """The host."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the connections."""
        if "_http" in self.__dict__:
            await self._http.aclose()

    @asynccontextmanager
    async def opened(
        self,
        method: str,
        path: str = "",
        *,
        json: object = None,
        content: bytes | AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx2.Response]:
        """An answer whose body is still to come. Raises Trouble, also when the body is cut short."""
        import httpx2

        body: dict[str, Any] = {} if json is None else {"json": json}
        if content is not None:
            body["content"] = content
        try:
            async with self._http.stream(method, self.url + path, headers=headers, **body) as response:
                if response.status_code in _BUSY_STATUSES:
                    after = retry_after(response.headers.get("Retry-After"), self.clock.calendar())
                    raise Trouble(Why.BUSY, status_of(response), after=after, code=response.status_code)
                yield response
        except httpx2.DecodingError as error:
            raise Trouble(Why.NONSENSE, "bytes that cannot be unpacked") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Trouble(Why.SILENT, str(error)) from error

    async def once(
        self,
        method: str,
        path: str = "",
        *,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask once, for at most `ANSWER_BYTES`. Raises Trouble."""
        data = bytearray()
        async with self.opened(method, path, json=json, content=content, headers=headers) as response:
            async for piece in response.aiter_bytes():
                data += piece
                if len(data) > ANSWER_BYTES:
                    raise Trouble(Why.REFUSED, f"the answer has more than {ANSWER_BYTES} bytes")
        return Answer(response.status_code, response.reason_phrase, bytes(data))

    async def ask(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], T],
        *,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Ask as often as it may help, at the pace that the host allows, and read the answer with `read`.

        Only for what may be asked twice. `read` raises Trouble, or ValueError, KeyError or TypeError for
        what cannot be. Raises Trouble.
        """

        async def once() -> T:
            answer = await self.once(method, path, json=json, content=content, headers=headers)
            try:
                return read(answer)
            except (ValueError, KeyError, TypeError, IndexError) as error:
                raise Trouble(Why.NONSENSE, "values that cannot be") from error

        return await self.patiently(method, once)

    async def patiently(
        self, method: str, once: Callable[[], Awaitable[T]], arrived: Callable[[], int] = lambda: 0
    ) -> T:
        """Do what asks this host once as often as it may help, at the pace that the host allows, and for
        longer while more has `arrived`. Raises Trouble, and what `once` raises.
        """
        patience, before = Patience(), arrived()
        while True:
            await self.throttle.admit(method)
            try:
                return await once()
            except Trouble as trouble:
                if (now := arrived()) > before:
                    patience, before = Patience(), now
                pause = patience.pause(trouble)
                if pause is None:
                    raise
                if is_shared(trouble):
                    self.throttle.pause(pause)
            await self.clock.sleep(pause)


def is_shared(trouble: Trouble) -> bool:
    """Whether everybody who asks this host should wait, not only the one who was told."""
    return trouble.why is Why.BUSY and (trouble.after is not None or trouble.code in (429, -32429))


def status_of(response: httpx2.Response) -> str:
    """An HTTP status in words."""
    return f"HTTP status {response.status_code} {response.reason_phrase}"
