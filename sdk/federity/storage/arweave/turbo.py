"""Uploading data items to a service that speaks as Turbo does: it takes credits, and bundles them itself.

An item's id follows from key, tags and data, so an upload that is made again is the same one, and a service
takes no credits for it. Small items go in one request, larger ones by pieces, of which those that arrived are
not sent again. What the service holds free, and what a byte costs, is asked every time.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ...errors import InsufficientFunds, StorageUnavailable
from ...network.patience import Trouble, Why
from ...network.web import Answer, Host
from ...objects.blob import Blob
from ...objects.location import Location, LocationKind
from ...parsing import parse_shallow
from ...progress import tell
from ..base import FREE, Label, Price
from .encoding import from_base64
from .items import Ed25519Signer, Item, signed_item
from .ledger import Ledger, Upload
from .lookup import tags_of
from .tags import encode_tags

__all__ = ["WHOLE_BYTES", "Turbo"]

WHOLE_BYTES: Final = 8 << 20
"""Items of at most so many bytes go in one request."""

PIECE_BYTES: Final = 16 << 20
"""Of a larger one; a service takes no pieces of less than 5 MiB, except the last."""

_HEADER_BYTES: Final = 2 + 64 + 32 + 1 + 33 + 16
"""Before an item's tags and the blob's own: what it is priced with before it is made."""

_VERSION: Final = {"x-chunking-version": "2"}
_BINARY: Final = {"Content-Type": "application/octet-stream"}
_LOOKS: Final = 600
_LOOK_SECONDS: Final = 2.0
_DONE: Final = "FINALIZED"
_WORKING: Final = frozenset({"ASSEMBLING", "VALIDATING", "FINALIZING"})


class Turbo:
    """An upload service and the one that is asked for prices and credit, which may be the same."""

    kind = LocationKind.BUNDLED

    def __init__(
        self, upload: Host, payment: Host, signer: Callable[[], Ed25519Signer], ledger: Ledger
    ) -> None:
        """`signer` is asked for when something is first signed."""
        self._upload = upload
        self._payment = payment
        self._signer = signer
        self._ledger = ledger
        self.spent = FREE

    def known(self, sha256: bytes) -> Location | None:
        """Where a blob is that was uploaded before, whole. Raises FileUnavailable."""
        found = self._ledger.read(sha256, self._upload.url)
        return None if found is None or found.state == "begun" else found.location(self.kind)

    async def prepare(self, blob: Blob, sha256: bytes, label: Label | None) -> Location:
        """Where the blob will be. Raises FileUnavailable and what the signer raises."""
        return self.known(sha256) or Location(self.kind, self._item(blob, sha256, label).id)

    async def upload(self, blob: Blob, sha256: bytes, label: Label | None) -> Location:
        """Upload what has not been uploaded.

        Raises InsufficientFunds, StorageUnavailable, FileUnavailable, and what the signer raises.
        """
        async with self._ledger.claimed(sha256):
            known = self.known(sha256)
            return known or await self._upload_item(self._item(blob, sha256, label), sha256)

    async def _upload_item(self, item: Item, sha256: bytes) -> Location:
        record = Upload(sha256.hex(), self._upload.url, item.id.hex())
        begun = self._ledger.read(sha256, self._upload.url)
        if begun is not None and begun.id == record.id:
            record = begun
        size = len(item.header) + len(item.data)
        try:
            price = await self._check_credit(size)
            if size <= WHOLE_BYTES:
                self._ledger.write(record)
                tell("uploading", 0, size, "bytes")
                await self._whole(item)
            else:
                record = await self._pieces(record, item, size)
        except Trouble as trouble:
            raise StorageUnavailable(
                f"The upload service {self._upload.name} did not take it: {trouble.text or 'no answer'}."
            ) from trouble
        tell("uploading", size, size, "bytes")
        self.spent += price
        self._ledger.write(replace(record, state="sent", session="", done=0))
        return record.location(self.kind)

    async def price(self, size: int, label: Label | None) -> Price:
        """The credits that a blob costs now. Raises StorageUnavailable."""
        try:
            return await self._price(size + _HEADER_BYTES + len(encode_tags(tags_of(bytes(32), label))))
        except Trouble as trouble:
            raise StorageUnavailable(
                f"The service {self._payment.name} names no price now: {trouble.text or 'no answer'}."
            ) from trouble

    def _item(self, blob: Blob, sha256: bytes, label: Label | None) -> Item:
        return signed_item(self._signer(), blob, tags_of(sha256, label), sha256)

    async def _price(self, size: int) -> Price:
        if size <= await self._upload.ask("GET", "/info", _free_limit):
            free = f"/v1/account/free?address={self._signer().pubkey}"
            left = await self._payment.ask("GET", free, _free_left)
            if left is None or size <= left:
                return FREE
        return Price(winc=await self._payment.ask("GET", f"/v1/price/bytes/{size}", _winc))

    async def _check_credit(self, size: int) -> Price:
        """Refuse before anything is sent what the service would refuse at its end."""
        price = await self._price(size)
        if price == FREE:
            return price
        address = f"/v1/account/balance/solana?address={self._signer().pubkey}"
        balance = await self._payment.ask("GET", address, _balance)
        if balance < price.winc:
            raise self._poor(f"costs {price.winc} winc and {self._signer().pubkey} has {balance}")
        return price

    def _poor(self, why: str) -> InsufficientFunds:
        return InsufficientFunds(
            f"The upload to {self._upload.name} {why}.",
            hint="Buy credits for this wallet where the service sells them, and run the command again.",
        )

    async def _whole(self, item: Item) -> None:
        content = item.header + bytes(item.data)
        await self._upload.ask(
            "POST", "/v1/tx/solana", self._taken(item.id), content=content, headers=_BINARY
        )

    def _taken(self, id: bytes) -> Callable[[Answer], None]:
        """Reads the answer to an item: it is there now, or was before (202)."""

        def read(answer: Answer) -> None:
            if answer.status == 402:
                raise self._poor("costs more credits than the wallet has")
            if not answer.is_success:
                raise _refused(answer)
            if answer.status == 200 and from_base64(_json(answer)["id"]) != id:
                raise ValueError("another item")

        return read

    async def _pieces(self, record: Upload, item: Item, size: int) -> Upload:
        """Send the pieces that have not arrived, and have them put together."""
        if record.session:
            try:
                status = await self._status(record.session)
            except Trouble as trouble:
                if trouble.why is not Why.REFUSED:
                    raise
                record = replace(record, session="", done=0)  # the service has forgotten it
            else:
                if status == _DONE:
                    return record
        if not record.session:
            path = f"/v1/chunks/solana/-1/-1?chunkSize={PIECE_BYTES}"
            session, piece = await self._upload.ask("GET", path, _session, headers=_VERSION)
            record = replace(record, session=session, piece=piece or PIECE_BYTES, done=0)
            self._ledger.write(record)
        base = f"/v1/chunks/solana/{record.session}"
        header = item.header
        for start in range(record.done * record.piece, size, record.piece):
            tell("uploading", start, size, "bytes")
            content = _part(header, item.data, start, min(start + record.piece, size))
            headers = {**_BINARY, **_VERSION}
            await self._upload.ask("POST", f"{base}/{start}", _accepted, content=content, headers=headers)
            record = replace(record, done=record.done + 1)
            self._ledger.write(record)
        headers = {**_BINARY, **_VERSION}
        await self._upload.ask("POST", f"{base}/finalize", _accepted, content=b"", headers=headers)
        for _ in range(_LOOKS):
            status = await self._status(record.session)
            if status == _DONE:
                return record
            if status == "UNDERFUNDED":
                raise self._poor("costs more credits than the wallet has")
            if status not in _WORKING:
                # What was sent is of no use to the service: the next run begins anew.
                self._ledger.write(replace(record, session="", done=0))
                raise Trouble(Why.REFUSED, f"it says {status}")
            await self._upload.clock.sleep(_LOOK_SECONDS)
        raise Trouble(Why.BUSY, "it is still putting the pieces together")

    async def _status(self, session: str) -> str:
        path = f"/v1/chunks/solana/{session}/status"
        return await self._upload.ask("GET", path, lambda answer: str(_json(answer)["status"]))


def _part(header: bytes, data: Blob, start: int, stop: int) -> bytes:
    """Bytes of an item that is header and data."""
    size = len(header)
    return header[start:stop] + data[max(start - size, 0) : max(stop - size, 0)]


def _json(answer: Answer) -> Any:
    if not answer.is_success:
        raise _refused(answer)
    return parse_shallow(answer.body)


def _refused(answer: Answer) -> Trouble:
    words = answer.body[:200].decode(errors="replace")
    return Trouble(Why.REFUSED, f"HTTP status {answer.status} {answer.reason} {words}", code=answer.status)


def _accepted(answer: Answer) -> None:
    if not answer.is_success:
        raise _refused(answer)


def _session(answer: Answer) -> tuple[str, int]:
    """The name of an upload by pieces, and their size, 0 where the service leaves it to the sender."""
    fields = _json(answer)
    name, size = fields["id"], fields.get("chunkSize") or 0
    if not isinstance(name, str) or not name.replace("-", "").isalnum() or not 0 <= int(size) <= 1 << 29:
        raise ValueError("no session")
    return name, int(size)


def _winc(answer: Answer) -> int:
    return _amount(_json(answer)["winc"])


def _free_limit(answer: Answer) -> int:
    """The size up to which items are free; 0 where the service does not say."""
    return _amount(_json(answer).get("freeUploadLimitBytes") or 0)


def _free_left(answer: Answer) -> int | None:
    """The bytes that are still free for a wallet; None where that is not counted."""
    left = None if answer.status == 404 else _json(answer).get("bytesRemaining")
    return None if left is None else _amount(left)


def _balance(answer: Answer) -> int:
    return 0 if answer.status == 404 else _amount(_json(answer)["winc"])


def _amount(value: object) -> int:
    """A number that a service names, in text or not. Raises ValueError."""
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 40):
        raise ValueError("no amount")
    return int(text)
