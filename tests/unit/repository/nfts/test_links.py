"""Links to descriptions: the program writes them, a stranger's are refused."""

import hashlib

import pytest

from federity.errors import BadBlob
from federity.objects import Location
from federity.objects.location import LocationKind, Place
from federity.repository.nfts.links import link, place_of

HASH = hashlib.sha256(b"description").digest()


def test_a_link_says_the_place_and_the_hash() -> None:
    local = Place.local(HASH)
    assert link(local) == f"federity:sha256:{HASH.hex()}"
    assert place_of(link(local)) == local
    # As in the program's own test of the same bytes.
    there = Place(Location(LocationKind.BUNDLED, b"\0" + b"\xff" * 31), b"\xab" * 32)
    assert link(there) == f"https://arweave.net/AP__{'_' * 38}8#sha256={'ab' * 32}"
    assert place_of(link(there)) == there


@pytest.mark.parametrize(
    "text",
    [
        "",
        "javascript:alert(1)",
        f"https://arweave.example/AP__{'_' * 38}8#sha256={'ab' * 32}",
        f"https://arweave.net/AP__{'_' * 38}9#sha256={'ab' * 32}",
        f"https://arweave.net/AP__{'_' * 38}8",
        f"federity:sha256:{'AB' * 32}",
        f"federity:sha256:{'ab' * 32}\n",
    ],
)
def test_other_links_are_refused(text: str) -> None:
    with pytest.raises(BadBlob):
        place_of(text)
