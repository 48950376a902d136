"""The settings that say where blobs are kept, each with the reader of its text."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from federity.errors import ConfigError
from federity.masking import shown_url

__all__ = [
    "GATEWAYS",
    "KINDS",
    "NODE",
    "PAYMENT",
    "READERS",
    "UPLOAD",
    "is_node",
    "kept_kind",
    "storage_kind",
]

KINDS = ("local", "arweave", "arweave-transactions", "arweave-both")
"""A folder of this machine; Arweave, as items through an upload service, as transactions, or as both. Beside
these, the URL of a `federity node`."""

GATEWAYS = "https://arweave.net,https://permagate.io,https://ar-io.dev"
NODE = "https://arweave.net"
UPLOAD = "https://upload.ardrive.io"
PAYMENT = "https://payment.ardrive.io"

_MOST_GATEWAYS = 8


def storage_kind(text: str) -> str:
    """A kind of storage, or the URL of a node. Raises ConfigError."""
    if is_node(text):
        url = _url(text)
        if "?" in url or "#" in url:
            raise ConfigError(
                f"'{shown_url(url)}' is no URL of a node: it ends with the port.",
                hint="A token is put before the host: http://TOKEN@HOST:PORT.",
            )
        return url
    if text not in KINDS:
        kinds = ", ".join(KINDS)
        raise ConfigError(f"'{text}' is no kind of storage: they are {kinds}, and the URL of a node.")
    return text


def is_node(text: str) -> bool:
    """Whether a storage is a node, by its URL."""
    return text.startswith(("http://", "https://"))


def kept_kind(text: str) -> None:
    """A shape: what `storage_kind` takes. Raises ValueError."""
    try:
        storage_kind(text)
    except ConfigError as error:
        raise ValueError(error.sentence) from error


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(char.isspace() or char == "," for char in text):
        raise ConfigError(f"'{shown_url(text)}' is no URL of a service: it begins with https://.")
    return text.rstrip("/")


def _urls(text: str) -> str:
    urls = [_url(part.strip()) for part in text.split(",")]
    if len(urls) > _MOST_GATEWAYS:
        raise ConfigError(f"At most {_MOST_GATEWAYS} gateways are asked.")
    return ",".join(dict.fromkeys(urls))


READERS: dict[str, Callable[[str], str | int | float]] = {
    "storage": storage_kind,
    "arweave_gateways": _urls,
    "arweave_upload": _url,
    "arweave_payment": _url,
    "arweave_node": _url,
}
"""By the setting's name: reads its text, or raises ConfigError."""
