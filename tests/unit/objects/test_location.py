"""Locations and lineages."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import ConfigError
from federity.objects import Location, LocationKind, lineage


@given(st.sampled_from(LocationKind), st.binary(min_size=32, max_size=32))
def test_a_location_survives_its_bytes(kind, id_):
    location = Location(kind, id_)
    assert Location.from_bytes(location.to_bytes()) == location


@pytest.mark.parametrize("data", [b"", bytes(32), bytes(34), b"\4" + bytes(32), b"\xff" + bytes(32)])
def test_bytes_that_are_no_location_are_refused(data):
    with pytest.raises(ConfigError):
        Location.from_bytes(data)


@pytest.mark.parametrize(("tag", "id_"), [(9, bytes(32)), (1, bytes(31)), (0, b"")])
def test_a_location_that_no_account_could_hold_is_refused(tag, id_):
    with pytest.raises(ConfigError):
        Location(tag, id_)


def test_a_blob_s_location_is_its_hash():
    assert Location.of(b"abc") == Location.local(hashlib.sha256(b"abc").digest())
    assert str(Location.none()) == "none:" + "00" * 32


def test_a_lineage_is_its_three_hashes_and_its_number_of_chunks():
    parts = [bytes([k]) * 32 for k in (1, 2, 3)]
    tail = b"".join(parts) + b"\x03\x00\x00\x00"
    assert lineage(*parts, 3) == hashlib.sha256(b"federity/lineage/v1" + tail).digest()
    with pytest.raises(ValueError, match="32 bytes"):
        lineage(b"", parts[1] + parts[0], parts[2], 3)
