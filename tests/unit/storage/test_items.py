"""Data items and bundles, held against those of Arweave's JavaScript libraries (`make golden-arweave`)."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.keypair import Keypair

from federity.errors import BadBlob
from federity.objects.blob import BlobFile
from federity.storage.arweave.bundles import bundle_parts, bundled, item_at
from federity.storage.arweave.encoding import from_base64, to_base64
from federity.storage.arweave.items import Item, signed_item
from federity.storage.arweave.signatures import SignatureKind
from federity.storage.arweave.tags import MAX_TAGS, decode_tags, encode_tags
from federity.wallet import Wallet

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
LIBRARIES = ("@dha-team/arbundles", "arbundles")
WALLET = Wallet(Keypair.from_seed(bytes.fromhex(GOLDEN["seed"])))
ANCHOR = b"A" * 32
NAMED = (
    (b"App-Name", b"Federity"),
    (b"Content-Type", b"application/octet-stream"),
    ("Ünï".encode(), "ключ".encode()),
)
SHAPES = {
    "tags": (b"delta bytes", NAMED, ANCHOR),
    "no_tags": (b"x", (), ANCHOR),
    "no_anchor": (b"x", ((b"a", b"b"),), b""),
    "empty": (b"", ((b"a", b"b"),), ANCHOR),
    "many_tags": (b"x", tuple((b"n%d" % n, b"v" * 20) for n in range(128)), ANCHOR),
    "long_tag": (b"x", ((b"a", b"b" * 4000),), ANCHOR),
}
KINDS = {
    "rsa": SignatureKind.RSA,
    "tags": SignatureKind.ED25519,
    "secp256k1": SignatureKind.SECP256K1,
    "hex_ed25519": SignatureKind.HEX_ED25519,
}


def raw_of(library: str, name: str) -> bytes:
    return bytes.fromhex(GOLDEN[library][name]["raw"])


def encoded(item: Item) -> bytes:
    return item.header + bytes(item.data)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_item_is_theirs_byte_for_byte(library, shape, tmp_path):
    data, tags, anchor = SHAPES[shape]
    made = signed_item(WALLET, data, tags, anchor)
    assert encoded(made) == raw_of(library, shape)
    assert to_base64(made.id) == GOLDEN[library][shape]["id"]
    (tmp_path / "data").write_bytes(data)
    assert signed_item(WALLET, BlobFile(tmp_path / "data"), tags, anchor).id == made.id


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", [*SHAPES, "target", "rsa", "secp256k1", "hex_ed25519"])
def test_their_items_are_read_and_verify(library, name):
    raw = raw_of(library, name)
    item = Item.parse(raw)
    assert encoded(item) == raw and to_base64(item.id) == GOLDEN[library][name]["id"]
    assert item.verifies()
    assert item.kind == KINDS.get(name, SignatureKind.ED25519)
    if name == "target":
        assert item.target == b"\7" * 32


@pytest.mark.parametrize("name", KINDS)
def test_a_tampered_item_never_verifies(name):
    raw = raw_of("arbundles", name)
    header = len(Item.parse(raw).header)
    # Every byte of a short item; of RSA's long numbers every 37th.
    for at in range(2, len(raw), 37 if name == "rsa" else 1):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        try:
            item = Item.parse(changed)
        except BadBlob:
            assert at < header
            continue
        if name == "secp256k1" and at == 2 + 64:
            continue  # its last byte only helps to find the key, which is given
        assert not item.verifies(), at


def test_a_key_that_is_none_verifies_nothing():
    for name in ("rsa", "secp256k1"):
        item = Item.parse(raw_of("arbundles", name))
        assert not replace(item, owner=bytes(len(item.owner))).verifies()


@pytest.mark.parametrize("name", ["tags", "rsa"])
def test_an_item_cut_anywhere_in_its_header_is_none(name):
    raw = raw_of("arbundles", name)
    header = len(Item.parse(raw).header)
    for size in range(0, header, 7):
        with pytest.raises(BadBlob):
            Item.parse(raw[:size])


PRESENCE = 2 + 64 + 32


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, b"\0\0"),
        (0, b"\5\0"),
        (0, b"\2\1"),
        (PRESENCE, b"\2"),
        (PRESENCE + 34, b"\2"),  # one tag fewer than there are
        (PRESENCE + 34, b"\4"),
        (PRESENCE + 42, b"\x48"),  # their bytes
        (PRESENCE + 42, b"\xff" * 8),
    ],
)
def test_an_item_that_is_not_exactly_one_is_refused(at, value):
    raw = raw_of("arbundles", "tags")
    with pytest.raises(BadBlob):
        Item.parse(raw[:at] + value + raw[at + len(value) :])


TEXT = st.binary(min_size=1, max_size=40)


@given(tags=st.lists(st.tuples(TEXT, TEXT), max_size=40))
def test_tags_come_back(tags):
    assert decode_tags(encode_tags(tuple(tags)), len(tags)) == tuple(tags)


@given(data=st.binary(max_size=60), count=st.integers(0, 4))
def test_hostile_tags_are_refused_or_are_tags(data, count):
    try:
        found = decode_tags(data, count)
    except BadBlob:
        return
    assert len(found) == count and all(name and value for name, value in found)


def test_tags_in_several_blocks_are_tags():
    one = b"\2\2a\2b"
    assert decode_tags(one + one + b"\0", 2) == ((b"a", b"b"),) * 2
    assert decode_tags(b"\1\x08\2a\2b\0", 1) == ((b"a", b"b"),)


@pytest.mark.parametrize(
    "tags",
    [((b"", b"b"),), ((b"a", b""),), ((b"a", b"b"),) * (MAX_TAGS + 1), ((b"a", b"b" * 4096),)],
)
def test_tags_that_nobody_takes_are_not_signed(tags):
    with pytest.raises(BadBlob):
        signed_item(WALLET, b"x", tags, b"")


def test_an_anchor_has_its_length():
    with pytest.raises(BadBlob):
        signed_item(WALLET, b"x", (), b"A" * 31)


def test_the_id_is_known_before_anything_is_sent():
    first, second = (signed_item(WALLET, b"data", NAMED, ANCHOR) for _ in range(2))
    assert first == second
    for other in (b"date", b"data "):
        assert signed_item(WALLET, other, NAMED, ANCHOR).id != first.id


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_bundle_is_theirs_byte_for_byte(library):
    items = [signed_item(WALLET, data, (), ANCHOR) for data in (b"one", b"two")]
    raw = bytes.fromhex(GOLDEN[library]["bundle"])
    assert b"".join(bundle_parts(items)) == raw
    assert [item_at(raw, entry) for entry in bundled(raw)] == items


def test_a_bundle_that_does_not_add_up_is_refused():
    raw = bytes.fromhex(GOLDEN["arbundles"]["bundle"])
    for wrong in (b"", raw[:-1], raw + b"x", b"\xff" * 32 + raw[32:], (3).to_bytes(32, "little") + raw[32:]):
        with pytest.raises(BadBlob):
            bundled(wrong)
    swapped = raw[:64] + raw[128:160] + raw[96:128] + raw[64:96] + raw[160:]
    with pytest.raises(BadBlob):
        item_at(swapped, bundled(swapped)[0])


@given(data=st.binary(max_size=70))
def test_base64_has_one_way_to_write_bytes(data):
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("text", ["a", "ab=", "ab==", "a+b/", "aa\n", "é", "ab", "AAAAAB"])
def test_text_that_is_not_written_so_is_not_read(text):
    with pytest.raises(ValueError, match="base64url"):
        from_base64(text, 2 if text == "ab" else None)
