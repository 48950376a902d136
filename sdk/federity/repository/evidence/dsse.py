"""DSSE envelopes, version 1: bytes with a signature over them and their type."""

from __future__ import annotations

import base64
from typing import Any

from federity.errors import BadBlob
from federity.signing_key import SigningKey, fingerprint, verifies

__all__ = ["envelope", "opened"]


def envelope(key: SigningKey, payload: bytes, kind: str, keyid: str | None = None) -> dict[str, Any]:
    """An envelope with one signature, by default under the key's fingerprint."""
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [
            {
                "sig": base64.b64encode(key.sign(_encoding(payload, kind))).decode(),
                "keyid": fingerprint(key.public) if keyid is None else keyid,
            }
        ],
    }


def opened(document: Any, kind: str, public: str) -> bytes:
    """The payload of an envelope with one signature, which is checked under a public key in PEM.

    Raises BadBlob, ConfigError.
    """
    try:
        (signature,) = document["signatures"]
        payload = base64.b64decode(document["payload"], validate=True)
        signed = base64.b64decode(signature["sig"], validate=True)
        said = document["payloadType"]
    except (KeyError, TypeError, ValueError) as error:
        raise BadBlob("It is no DSSE envelope with one signature.") from error
    if said != kind:
        raise BadBlob(f"The envelope holds {said!r}, and not {kind!r}.")
    if not verifies(public, signed, _encoding(payload, kind)):
        raise BadBlob("The signature is not of this payload under this key.")
    return payload


def _encoding(payload: bytes, kind: str) -> bytes:
    """What is signed: type and payload, each after its length."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
