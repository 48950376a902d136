"""The signature of a folder as OpenSSF's model-signing makes it, 1.0: a sigstore bundle over all files.

`model_signing verify key FOLDER --signature FOLDER/model.sig --public_key FOLDER/signer.pem` checks it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from federity.errors import BadBlob
from federity.parsing import parse
from federity.repository.evidence.dsse import envelope, opened
from federity.repository.evidence.statement import MEDIA_TYPE
from federity.repository.evidence.written import written
from federity.signing_key import SigningKey, fingerprint

__all__ = ["IGNORED", "signature", "signed_files"]

_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_PREDICATE = "https://model_signing/signature/v1.0"
IGNORED = (".cache", ".git", ".gitattributes", ".github", ".gitignore")
"""What is no part of the model though it lies in its folder: what git and the Hub's downloads leave there."""


def signature(key: SigningKey, name: str, files: Mapping[str, str], own: str) -> dict[str, Any]:
    """The bundle over the files of a model's folder, by name the sha256 of each; `own` is its file's name."""
    ordered = sorted(files.items())
    root = hashlib.sha256(b"".join(bytes.fromhex(sha256) for _, sha256 in ordered)).hexdigest()
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": root}}],
        "predicateType": _PREDICATE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": [*IGNORED, own],
            },
            "resources": [
                {"name": name, "algorithm": "sha256", "digest": sha256} for name, sha256 in ordered
            ],
        },
    }
    return {
        "mediaType": _BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": fingerprint(key.public)}, "tlogEntries": []},
        "dsseEnvelope": envelope(key, written(statement), MEDIA_TYPE, keyid=""),
    }


def signed_files(bundle: Any, public: str) -> dict[str, str]:
    """What a bundle says of its folder's files, after its signature is checked.

    Raises BadBlob, ConfigError.
    """
    try:
        hint = bundle["verificationMaterial"]["publicKey"]["hint"]
        inner, media = bundle["dsseEnvelope"], bundle["mediaType"]
    except (KeyError, TypeError) as error:
        raise BadBlob("It is no sigstore bundle with a public key.") from error
    if media != _BUNDLE or hint != fingerprint(public):
        raise BadBlob("It is a bundle of another kind or key.")
    try:
        statement = parse(opened(inner, MEDIA_TYPE, public).decode())
        (subject,) = statement["subject"]
        predicate = statement["predicate"]
        found = {str(one["name"]): str(one["digest"]) for one in predicate["resources"]}
        hashes = b"".join(bytes.fromhex(sha256) for _, sha256 in sorted(found.items()))
        sound = (
            statement["predicateType"] == _PREDICATE
            and subject["digest"] == {"sha256": hashlib.sha256(hashes).hexdigest()}
            and len(found) == len(predicate["resources"])
            and {one["algorithm"] for one in predicate["resources"]} <= {"sha256"}
            and predicate["serialization"]["method"] == "files"
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadBlob("What is signed is no list of a model's files.") from error
    if not sound:
        raise BadBlob("What is signed is no list of a model's files, or contradicts itself.")
    return found
