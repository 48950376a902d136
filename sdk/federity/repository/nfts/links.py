"""Where a description is, as its NFT says it: links as the program writes them."""

from __future__ import annotations

import base64
import re
from typing import Final

from federity.errors import BadBlob
from federity.objects import Location
from federity.objects.location import LocationKind, Place

__all__ = ["link", "place_of"]

_LOCAL: Final = re.compile(r"federity:sha256:([0-9a-f]{64})")
_ARWEAVE: Final = re.compile(r"https://arweave\.net/([A-Za-z0-9_-]{43})#sha256=([0-9a-f]{64})")


def link(place: Place) -> str:
    """The link to a place, with the sha256 of what is there."""
    if place.location.tag is LocationKind.LOCAL:
        return f"federity:sha256:{place.sha256.hex()}"
    name = base64.urlsafe_b64encode(place.location.id).rstrip(b"=").decode()
    return f"https://arweave.net/{name}#sha256={place.sha256.hex()}"


def place_of(text: str) -> Place:
    """The place that a link names. Raises BadBlob for a link that the program does not write."""
    if (local := _LOCAL.fullmatch(text)) is not None:
        return Place.local(bytes.fromhex(local[1]))
    found = _ARWEAVE.fullmatch(text)
    if found is None:
        raise BadBlob("The link is none that this program writes.")
    place = Place(
        Location(LocationKind.BUNDLED, base64.urlsafe_b64decode(found[1] + "=")), bytes.fromhex(found[2])
    )
    if link(place) != text:
        raise BadBlob("The link is none that this program writes.")
    return place
