"""Data roots and transactions, held against arweave.js's (`make golden-arweave`)."""

import hashlib
import json
import signal
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import BadBlob, FederityError, WalletError
from federity.storage.arweave.encoding import from_base64, to_base64
from federity.storage.arweave.jwk import JwkWallet, address_of
from federity.storage.arweave.merkle import CHUNK_BYTES, Chunk, MerkleTree, cuts, proved
from federity.storage.arweave.transaction import Transaction, signed_transaction
from support.arweave_key import JWK

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
TAGS = ((b"App-Name", b"Federity"), ("Ünï".encode(), "ключ".encode()))


def data(size: int) -> bytes:
    """The bytes that the script makes."""
    i = np.arange(size)
    return ((i ^ (i >> 8) ^ (i >> 16)) & 255).astype(np.uint8).tobytes()


@pytest.mark.parametrize("size", [int(size) for size in GOLDEN["roots"]])
def test_root_chunks_and_paths_are_theirs(size):
    blob, golden = data(size), GOLDEN["roots"][str(size)]
    tree = MerkleTree.of(blob)
    assert to_base64(tree.root) == golden["root"]
    assert tree.chunks == [Chunk(chunk["from"], chunk["to"]) for chunk in golden["chunks"]]
    for index, (chunk, theirs) in enumerate(zip(tree.chunks, golden["chunks"], strict=True)):
        path = tree.path(index)
        assert hashlib.sha256(path).hexdigest() == theirs["proof"]
        digest = hashlib.sha256(blob[chunk.start : chunk.stop]).digest()
        assert proved(tree.root, size, theirs["offset"], path) == (digest, chunk)
        assert proved(tree.root, size, chunk.start, path) == (digest, chunk)


@given(size=st.integers(0, 40 * CHUNK_BYTES))
def test_chunks_account_for_every_byte_and_none_is_too_large(size):
    found = cuts(size)
    assert found[0].start == 0 and found[-1].stop == size
    assert all(before.stop == after.start for before, after in pairwise(found))
    assert all(chunk.stop - chunk.start <= CHUNK_BYTES for chunk in found)


def test_a_path_shows_nothing_else():
    size = 3 * CHUNK_BYTES + 50_000
    tree = MerkleTree.of(data(size))
    path = tree.path(1)
    assert proved(tree.root, size, 0, path) is None
    assert proved(tree.root, size, size, path) is None
    assert proved(tree.root, size + 1, CHUNK_BYTES, tree.path(3)) is None
    assert proved(tree.root, size, CHUNK_BYTES, b"") is None
    for at in range(0, len(path), 5):
        changed = path[:at] + bytes([path[at] ^ 1]) + path[at + 1 :]
        assert proved(tree.root, size, CHUNK_BYTES, changed) is None
        assert proved(tree.root, size, CHUNK_BYTES, path[:at]) is None
    # A leaf that ends elsewhere than its branch says is another tree's.
    assert proved(tree.root, size - 1, size - 2, tree.path(3)) is None


class OtherWallet:
    """Signs whatever it is asked with a signature it was given."""

    def __init__(self, owner: bytes, signature: bytes) -> None:
        self.owner, self.signature = owner, signature

    def sign(self, message: bytes) -> bytes:
        self.message = message
        return self.signature


def test_what_is_signed_is_what_they_sign():
    fields = GOLDEN["transaction"]["fields"]
    wallet = OtherWallet(from_base64(fields["owner"]), from_base64(fields["signature"]))
    root = MerkleTree.of(data(300_000)).root
    made = signed_transaction(
        wallet, root=root, size=300_000, tags=TAGS, anchor=b"\5" * 48, reward=123_456_789_012
    )
    assert wallet.message.hex() == GOLDEN["transaction"]["message"]
    assert made.to_json() == {**fields, "data": ""}
    assert made.verifies()
    assert Transaction.from_json(json.loads(json.dumps(made.to_json()))) == made


@pytest.mark.parametrize(
    ("name", "value"),
    [("reward", "1"), ("data_size", "300001"), ("last_tx", "AAAA"), ("tags", [])],
)
def test_a_changed_transaction_does_not_verify(name, value):
    fields = {**GOLDEN["transaction"]["fields"], name: value}
    assert not Transaction.from_json(fields).verifies()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", 1),
        ("id", "A" * 43),
        ("quantity", "1"),
        ("reward", "-1"),
        ("reward", 5),
        ("data_root", "AAAA"),
        ("tags", [{}]),
        ("owner", "?"),
    ],
)
def test_what_is_no_transaction_of_data_is_refused(name, value):
    with pytest.raises(BadBlob):
        Transaction.from_json({**GOLDEN["transaction"]["fields"], name: value})
    with pytest.raises(BadBlob):
        Transaction.from_json([])


def test_more_tags_than_a_node_takes_are_not_signed():
    with pytest.raises(BadBlob, match="2048"):
        signed_transaction(
            OtherWallet(b"", b""), root=bytes(32), size=1, tags=((b"a", b"b" * 2048),), anchor=b"", reward=1
        )


def test_a_wallet_signs_what_verifies_and_leaves_broken_pipes_to_python(tmp_path):
    (tmp_path / "wallet.json").write_text(json.dumps(JWK))
    before = signal.getsignal(signal.SIGPIPE)
    wallet = JwkWallet.read(tmp_path / "wallet.json")
    # Importing the library's uploader would end this process at the next broken connection.
    assert "arweave.arweave_lib" in sys.modules and "arweave.transaction_uploader" not in sys.modules
    assert signal.getsignal(signal.SIGPIPE) == before == signal.SIG_IGN
    made = signed_transaction(wallet, root=bytes(32), size=1, tags=TAGS, anchor=bytes(48), reward=1)
    assert made.verifies() and wallet.address == address_of(wallet.owner)
    assert JWK["d"] not in repr(wallet)


def test_a_file_that_is_no_wallet_is_refused_and_its_secret_not_repeated(tmp_path):
    path = tmp_path / "wallet.json"
    with pytest.raises(WalletError, match="There is no Arweave wallet"):
        JwkWallet.read(path)
    changes = [{"d": None}, {"n": "AAAA"}, {"p": JWK["q"]}, {"kty": "EC"}, {"e": "Aw"}]
    wrong = [[], {}, *({**JWK, **change} for change in changes)]
    for fields in wrong:
        path.write_text(json.dumps(fields))
        with pytest.raises(FederityError) as refused:
            JwkWallet.read(path)
        assert isinstance(refused.value, WalletError) and JWK["d"] not in str(refused.value)
