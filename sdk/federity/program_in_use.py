"""At which address this process takes the program to be. One process speaks to one deployment at a time.

Every address of an account follows from the program's, so it is a fact of the process and not an argument of
a hundred functions. Who opens a session claims the address; while that session is open, no other is taken.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from solders.pubkey import Pubkey

__all__ = ["claimed", "claiming"]

_claims: list[Pubkey] = []


def claimed() -> Pubkey | None:
    """The address that an open session claims; None when there is none: then it is the declared one."""
    return _claims[-1] if _claims else None


@contextmanager
def claiming(program: Pubkey) -> Iterator[bool]:
    """Claim an address for the block. False, and nothing is claimed, while another one is in use."""
    if _claims and _claims[-1] != program:
        yield False
        return
    _claims.append(program)
    try:
        yield True
    finally:
        _claims.remove(program)
