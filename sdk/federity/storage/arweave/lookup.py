"""Finding a blob whose place nobody knows any more: by the tags that it was uploaded with.

Anybody may upload anything under any tags, so what is found is a place to look, and no more.
"""

from collections.abc import Sequence
from typing import Any, Final

from ...errors import StorageUnavailable
from ...network.patience import Trouble, Why
from ...network.web import Answer, Host
from ...objects.location import Location, LocationKind
from ...parsing import parse_shallow
from ..base import Label
from .encoding import ID_BYTES, from_base64
from .tags import Tag

__all__ = ["find", "tags_of"]

MOST: Final = 8
"""Places that are looked at for one blob."""

_APP: Final = "Federity"
# What browsers and wallets show by their type; all else is bytes.
_TYPES: Final = {"description": "application/json", "picture": "image/svg+xml"}
# Not the package's version: an item that is signed again after an update must be the same item.
_VERSION: Final = "1"

_QUERY: Final = (
    "query{transactions(first:%d,sort:HEIGHT_ASC,tags:["
    '{name:"App-Name",values:["%s"]},{name:"Federity-Blob",values:["%s"]}])'
    "{edges{node{id bundledIn{id}}}}}"
)


def tags_of(sha256: bytes, label: Label | None) -> tuple[Tag, ...]:
    """What a blob is uploaded with, so that it is found again."""
    kind = "" if label is None else label.kind
    texts = {
        "Content-Type": _TYPES.get(kind, "application/octet-stream"),
        "App-Name": _APP,
        "App-Version": _VERSION,
        "Federity-Blob": sha256.hex(),
    }
    if label is not None:
        texts |= {"Federity-Repository": label.repository, "Federity-Kind": label.kind}
    return tuple((name.encode(), value.encode()) for name, value in texts.items())


async def find(hosts: Sequence[Host], sha256: bytes) -> list[Location]:
    """Places of what was uploaded as the blob with this sha256, oldest first; at most `MOST`.

    The first gateway that knows of any is believed to know them all. Raises StorageUnavailable when none
    answers.
    """
    query = {"query": _QUERY % (MOST, _APP, sha256.hex())}
    answered = False
    for host in hosts:
        try:
            found = await host.ask("POST", "/graphql", _places, json=query)
        except Trouble:
            continue
        answered = True
        if found:
            return found
    if not answered:
        raise StorageUnavailable("No gateway looks up tags now.")
    return []


def _places(answer: Answer) -> list[Location]:
    if not answer.is_success:
        raise Trouble(Why.REFUSED, f"HTTP status {answer.status} {answer.reason}")
    found: Any = parse_shallow(answer.body)
    places = []
    for edge in found["data"]["transactions"]["edges"][:MOST]:
        node = edge["node"]
        kind = LocationKind.BUNDLED if node.get("bundledIn") else LocationKind.ARWEAVE
        places.append(Location(kind, from_base64(node["id"], ID_BYTES)))
    return places
