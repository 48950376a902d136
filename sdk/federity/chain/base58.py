"""Base58 in Bitcoin's alphabet, in which RPC nodes write bytes."""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}


def encode(data: bytes) -> str:
    """Bytes as base58: leading zero bytes become leading ones."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """The bytes of a base58 text. Raises ValueError for a letter outside the alphabet."""
    number = 0
    for letter in text:
        if letter not in _VALUE:
            raise ValueError(f"{letter!r} is no letter of base58")
        number = number * 58 + _VALUE[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
