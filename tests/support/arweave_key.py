"""An Arweave wallet for tests: a key of public words, so that nobody makes or keeps a secret one."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256


def _prime(words: bytes, step: int) -> int:
    """The `step`-th number after what the words hash to, found to be prime once."""
    start = b"".join(hashlib.sha256(words + bytes([k])).digest() for k in range(8))
    return (int.from_bytes(start, "big") | 3 << 2046 | 1) + step


def _jwk() -> dict[str, str]:
    p, q, e = _prime(b"federity test wallet p", 666), _prime(b"federity test wallet q", 1050), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = {"n": p * q, "e": e, "d": d, "p": p, "q": q}
    numbers |= {"dp": d % (p - 1), "dq": d % (q - 1), "qi": pow(q, -1, p)}
    return {
        "kty": "RSA",
        **{
            name: base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
            .rstrip(b"=")
            .decode()
            for name, value in numbers.items()
        },
    }


JWK = _jwk()


class TestWallet:
    """Signs transactions with the key of public words, by another library than the product uses."""

    __test__ = False

    def __init__(self) -> None:
        def number(name: str) -> int:
            return int.from_bytes(base64.urlsafe_b64decode(JWK[name] + "=="), "big")

        public = rsa.RSAPublicNumbers(number("e"), number("n"))
        numbers = (number(name) for name in ("p", "q", "d", "dp", "dq", "qi"))
        private = rsa.RSAPrivateNumbers(*numbers, public)
        self._key = private.private_key(unsafe_skip_rsa_key_validation=True)
        self.owner = number("n").to_bytes(512, "big")

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
