"""Whose signature a data item carries, and whether it is one.

Ed25519, what Solana's wallets make, needs nothing beside solders. RSA (Arweave's own wallets) and secp256k1
(Ethereum's) are checked with the libraries of the extra `arweave`.
"""

from enum import IntEnum

from solders.pubkey import Pubkey
from solders.signature import Signature

from ...errors import ConfigError

__all__ = ["SIZES", "SignatureKind", "verifies"]


class SignatureKind(IntEnum):
    """The number that an item begins with. A Solana wallet's signature of HEX_ED25519 is over the message in
    hexadecimal, because wallets in browsers refuse to sign bytes that are no text.
    """

    RSA = 1
    ED25519 = 2
    SECP256K1 = 3
    HEX_ED25519 = 4


SIZES = {
    SignatureKind.RSA: (512, 512),
    SignatureKind.ED25519: (64, 32),
    SignatureKind.SECP256K1: (65, 65),
    SignatureKind.HEX_ED25519: (64, 32),
}
"""Bytes of signature and owner."""


def verifies(kind: SignatureKind, owner: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` is the owner's over a message, 48 bytes.

    Raises ConfigError when the libraries for RSA or secp256k1 are not installed.
    """
    match kind:
        case SignatureKind.ED25519:
            return Signature(signature).verify(Pubkey(owner), message)
        case SignatureKind.HEX_ED25519:
            return Signature(signature).verify(Pubkey(owner), message.hex().encode())
        case SignatureKind.RSA:
            return rsa_verifies(owner, signature, message)
        case SignatureKind.SECP256K1:
            return _secp256k1_verifies(owner, signature, message)


def rsa_verifies(modulus: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature is RSA-PSS with SHA-256 under this modulus; any length of salt, as nodes take it.

    Raises ConfigError.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError as error:
        raise _missing() from error
    try:
        key = rsa.RSAPublicNumbers(65537, int.from_bytes(modulus, "big")).public_key()
        key.verify(signature, message, padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _secp256k1_verifies(owner: bytes, signature: bytes, message: bytes) -> bool:
    """Ethereum's `personal_sign` over the message: r, s, v; the owner is the whole public key."""
    try:
        from Crypto.Hash import keccak
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError as error:
        raise _missing() from error
    prefix = b"\x19Ethereum Signed Message:\n%d" % len(message)
    digest = keccak.new(digest_bits=256, data=prefix + message).digest()
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), owner)
        # The digest has 32 bytes, as one of SHA-256 has: only its length is of interest here.
        key.verify(utils.encode_dss_signature(r, s), digest, ec.ECDSA(utils.Prehashed(SHA256())))
    except (InvalidSignature, ValueError):
        return False
    return signature[64] in (27, 28)


def _missing() -> ConfigError:
    return ConfigError(
        "Signatures of Arweave's and Ethereum's wallets cannot be checked: a library is not installed.",
        hint="Install it with `pip install 'federity[arweave]'`.",
    )
