"""Envelopes, bundles, vouchers: what is signed is what is read, under the one key that is named."""

from __future__ import annotations

import base64
import copy
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from solders.pubkey import Pubkey

from federity.errors import BadBlob, ConfigError, WalletError
from federity.repository.evidence import signer
from federity.repository.evidence.dsse import envelope, opened
from federity.repository.evidence.model_signature import signature, signed_files
from federity.signing_key import SigningKey, fingerprint, key_file, verifies
from federity.wallet import Wallet
from unit.repository.evidence.test_documents import FILES, LINEAGE

KIND = "application/vnd.in-toto+json"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.create(key_file(tmp_path_factory.mktemp("home"), "wallet"))


def test_a_key_is_its_users_alone_and_read_back(key: SigningKey) -> None:
    assert stat.S_IMODE(key.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.path.parent.stat().st_mode) == 0o700
    again = SigningKey.read(key.path)
    assert again is not None and again.public == key.public
    assert "PRIVATE" not in repr(key) and key.public.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert SigningKey.read(key.path.with_name("absent.pem")) is None


def test_other_keys_are_refused(tmp_path: Path, key: SigningKey) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    for made in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()):
        path = tmp_path / "key.pem"
        path.write_bytes(
            made.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        with pytest.raises(WalletError, match="no P-256 key"):
            SigningKey.read(path)
        public = made.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert not verifies(public.decode(), key.sign(b"x"), b"x")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(WalletError, match="no P-256 key"):
        SigningKey.read(path)
    # Another spelling of the same key has another fingerprint.
    assert verifies(key.public, key.sign(b"x"), b"x")
    assert not verifies(key.public + "\n", key.sign(b"x"), b"x")
    assert not verifies("", b"", b"") and not verifies(key.public, b"", b"x")


def test_without_the_library_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, key: SigningKey
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric", None)
    for ask in (lambda: SigningKey.read(key.path), lambda: verifies(key.public, b"", b"")):
        with pytest.raises(ConfigError) as error:
            ask()
        assert "federity[signing]" in str(error.value)


def test_an_envelope_gives_what_was_signed(key: SigningKey) -> None:
    made = envelope(key, b"{}", KIND)
    assert opened(made, KIND, key.public) == b"{}"
    assert made["signatures"][0]["keyid"] == fingerprint(key.public)
    for change in (
        {"payload": base64.b64encode(b"{ }").decode()},
        {"payload": "no base64!"},
        {"payload": 1},
        {"payloadType": "application/json"},
        {"signatures": []},
        {"signatures": made["signatures"] * 2},
        {"signatures": [{"keyid": ""}]},
    ):
        with pytest.raises(BadBlob):
            opened({**made, **change}, KIND, key.public)
    for wrong in (None, [], "", {"payload": ""}):
        with pytest.raises(BadBlob):
            opened(wrong, KIND, key.public)


def test_a_bundle_that_contradicts_itself_is_refused(key: SigningKey, tmp_path: Path) -> None:
    made = signature(key, "model", FILES, "model.sig")
    assert signed_files(made, key.public) == FILES
    other = SigningKey.create(tmp_path / "other.pem")
    with pytest.raises(BadBlob, match="another kind or key"):
        signed_files(made, other.public)

    def resigned(change: Any) -> dict[str, Any]:
        statement = json.loads(base64.b64decode(made["dsseEnvelope"]["payload"]))
        change(statement)
        inner = envelope(key, json.dumps(statement).encode(), KIND, keyid="")
        return {**copy.deepcopy(made), "dsseEnvelope": inner}

    for change in (
        lambda s: s["subject"].append(s["subject"][0]),
        lambda s: s["subject"][0]["digest"].update(sha256="00" * 32),
        lambda s: s.update(predicateType="https://model_signing/Digests/v0.1"),
        lambda s: s["predicate"]["resources"].append(s["predicate"]["resources"][0]),
        lambda s: s["predicate"]["resources"][0].update(algorithm="blake2"),
        lambda s: s["predicate"]["resources"][0].update(digest="not hex"),
        lambda s: s["predicate"]["serialization"].update(method="shards"),
        lambda s: s["predicate"].pop("resources"),
    ):
        with pytest.raises(BadBlob, match="no list of a model"):
            signed_files(resigned(change), key.public)
    for wrong in (None, {}, {**made, "mediaType": "x"}, {**made, "verificationMaterial": {"publicKey": {}}}):
        with pytest.raises(BadBlob):
            signed_files(wrong, key.public)


def test_a_voucher_is_an_off_chain_message_of_its_wallet(key: SigningKey) -> None:
    # The bytes of Solana's own test of the same message.
    assert signer._message("Test Message") == b"\xffsolana offchain\x00\x00\x0c\x00Test Message"
    wallet = Wallet.generate()
    voucher = signer.vouched(wallet, LINEAGE, key.public)
    document = voucher.to_json()
    assert signer.read(document, LINEAGE) == voucher
    said = document["message"]
    assert all(fact in said for fact in (str(wallet.pubkey), LINEAGE.cluster, fingerprint(key.public)))
    assert said.isascii() and len(said) < 1212  # what a Ledger shows
    for name in document:
        for value in (None, 1, "", [], document[name] + "x", str(Pubkey.default())):
            with pytest.raises(BadBlob):
                signer.read({**document, name: value}, LINEAGE)
        with pytest.raises(BadBlob):
            signer.read({key: value for key, value in document.items() if key != name}, LINEAGE)
    with pytest.raises(BadBlob):
        signer.read({**document, "more": 1}, LINEAGE)
    for wrong in (None, [], "x"):
        with pytest.raises(BadBlob):
            signer.read(wrong, LINEAGE)
