"""The P-256 keys that sign exports: a PEM file for each wallet, beside the user's settings.

Tools that check signatures of models know no keys of Solana, which are Ed25519. So a wallet has a key of a
kind that they know, and says so in its own signature (`federity.repository.evidence.signer`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from federity.errors import ConfigError, WalletError
from federity.files import write_new
from federity.local_files import Unsound, contents

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

__all__ = ["FOLDER", "SigningKey", "fingerprint", "key_file", "verifies"]

FOLDER = "signing"
_LIMIT = 4096


def key_file(home: Path, wallet: str) -> Path:
    """Where a wallet's signing key is."""
    return home / FOLDER / f"{wallet}.pem"


@dataclass(frozen=True)
class SigningKey:
    """A private key held in memory. Neither its repr nor its errors show it."""

    _key: EllipticCurvePrivateKey = field(repr=False)
    path: Path

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The key in a file; None where there is none. Raises WalletError, ConfigError, FileUnavailable."""
        try:
            data = contents(path, _LIMIT)
        except FileNotFoundError:
            return None
        except Unsound as error:
            raise _damaged(path) from error
        ec, serialization = _library()
        try:
            key = serialization.load_pem_private_key(data, None)
        except (ValueError, TypeError):
            # The cause is not chained: its message could repeat secret bytes.
            raise _damaged(path) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise _damaged(path)
        return cls(key, path)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key and write it for its user's eyes only; never overwrites.

        Raises WalletError, ConfigError, StorageFull, FileUnavailable.
        """
        ec, serialization = _library()
        key = ec.generate_private_key(ec.SECP256R1())
        text = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        if not write_new(path, text):
            raise WalletError(f"The file {path} exists already.")
        return cls(key, path)

    @property
    def public(self) -> str:
        """The public key as PEM text."""
        _, serialization = _library()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        data: bytes = self._key.public_key().public_bytes(serialization.Encoding.PEM, form)
        return data.decode()

    def sign(self, message: bytes) -> bytes:
        """Sign with ECDSA over SHA-256: a signature in DER."""
        ec, _ = _library()
        from cryptography.hazmat.primitives.hashes import SHA256

        return self._key.sign(message, ec.ECDSA(SHA256()))


def fingerprint(public: str) -> str:
    """What tells a public key from others: the sha256 of its PEM text, as sigstore's bundles name keys."""
    return hashlib.sha256(public.encode()).hexdigest()


def verifies(public: str, signature: bytes, message: bytes) -> bool:
    """Whether a signature is of the message under a public key in PEM. False for any other kind of key, and
    for any other spelling of this one. Raises ConfigError.
    """
    ec, serialization = _library()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key = serialization.load_pem_public_key(public.encode())
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return False
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        if key.public_bytes(serialization.Encoding.PEM, form).decode() != public:
            return False
        key.verify(signature, message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _damaged(path: Path) -> WalletError:
    return WalletError(
        f"{path} is no P-256 key in PEM.",
        hint="Move it away and make another with `federity key signer`.",
    )


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError as error:
        raise ConfigError(
            "Keys and signatures of models need a library that is not installed.",
            hint="Install it with `pip install 'federity[signing]'`.",
        ) from error
    return ec, serialization
