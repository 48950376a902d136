"""Types of the native module. Arrays are contiguous; bad input raises ValueError."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
import numpy.typing as npt

_F32 = npt.NDArray[np.float32]
_I8 = npt.NDArray[np.int8]
_I64 = npt.NDArray[np.int64]

def quantise(delta: _F32, exponent: int, limit: int) -> _I8:
    """Round `delta / 2^exponent` half to even and clip it to `limit`; float32[n] -> int8[n].

    Refuses NaN, infinity and elements of 2^24 steps or more, naming the first one.
    """

def aggregate(values: _I64, deltas: Sequence[_I8], weights: Sequence[int]) -> None:
    """Add `sum_i weights[i] * deltas[i]` to `values` in place, exactly; int64[n], each delta int8[n].

    One pass over all deltas with every core. Refuses, with `values` untouched, |values| of 2^61 or more
    before or after, naming the first; other lengths; and weights that are more than 2^55 together.
    """

def norm(d: _I8) -> int:
    """Return the sum of squares."""

def apply(base: npt.NDArray[Any], dtype: str, a: _I64, exponent: int) -> None:
    """Overwrite `base` with `base + 2^exponent * a`, bit-exact (docs/protocol.md section 1).

    `dtype` is F64 (float64 array), F32 (float32 array), F16 or BF16 (uint16 array of the bits). Refuses a
    result that is not finite, naming the first one.
    """

Made = tuple[int | None, tuple[int, list[tuple[int, bool, int]]] | None]

@final
class History:
    """Heads by number, read off what they are the sums of (docs/protocol.md section 9).

    Each comes after all that it is made of: (parent, None) is a round's merge, (None, None) a genesis, and
    (parent, (m, terms)) an operation, a term being a number, whether that is an update's, and a factor.
    Refuses what does not come before it, a commit named twice, and m above 8. A number that is none of a
    head raises IndexError.
    """

    def __init__(self, heads: Sequence[Made]) -> None: ...
    def past(self, head: int) -> int:
        """Bits of the heads whose changes it contains, itself among them."""
    def sides(self, head: int) -> list[int]:
        """The heads that it took in whole and its parent did not contain, the newest first."""
    def label(self, head: int) -> str | None:
        """merge, average, pick, revert, restore, fast-forward, reset or combination; None of another head."""
    def holds(self, head: int) -> list[tuple[int, bool, int, int]]:
        """Of merges and of updates that were terms, the share it is made of: number, whether it is an
        update, and the share as over, bits (over / 2^bits).
        """

def encode(values: _I8) -> bytes:
    """Return the one encoding of at most 2^22 values (ADR 0004)."""

def decode(data: bytes, n: int) -> _I8:
    """Return the n values (at most 2^22) whose encoding is `data`; refuses bytes that encode nothing."""

@final
class Srs:
    """A structured reference string; powers are made or loaded when an operation needs them."""

    @property
    def id(self) -> bytes:
        """sha256("federity/srs/v1" || tau_g2), 32 bytes."""
    @property
    def tau_g2(self) -> bytes:
        """[tau]G2 in the order of the alt_bn128 syscalls, 128 bytes."""

def srs_development(seed: bytes, coefficients: int, cache_dir: str | Path) -> Srs:
    """Return the SRS of a public seed with `coefficients` powers ready, from `cache_dir` or made there."""

def commit(srs: Srs, values: _I8 | _I64, first_element: int) -> bytes:
    """Return the 64-byte commitment of values that start at `first_element` (a multiple of 4) of a chunk.

    Refuses values of 2^61 or more and elements beyond the chunk of 2^22.
    """

def point_add(a: bytes, b: bytes) -> bytes:
    """Return the sum of two points of 64 bytes."""

def point_mul(a: bytes, scalar: int) -> bytes:
    """Return `scalar * a`; the scalar may be negative and is taken modulo the group's order."""

@final
class ProvingKey:
    """A Groth16 key of the `update` relation."""

    @property
    def n(self) -> int:
        """Elements of a unit."""
    @property
    def constraints(self) -> int:
        """Constraints of the relation at this unit size."""
    @property
    def verifying_key(self) -> bytes:
        """alpha G1, beta, gamma, delta G2, ic0, ic1: 576 bytes. Its sha256 is the key's hash."""

def proving_key_development(
    seed: bytes, n: int, cache_dir: str | Path, progress: Callable[[float], object] | None = None
) -> ProvingKey:
    """Return the key of a public seed for units of `n` elements, from `cache_dir` or made there.

    `progress` hears the share done while the key is made; an exception it raises stops the work.
    """

def verifying_key_development(seed: bytes, n: int) -> bytes:
    """Return the 576 bytes of that key's verifying half, without making the rest: seconds at most."""

@final
class UnitProof:
    """What `commit_prove` takes for one unit."""

    def __init__(self, proof: bytes, point: bytes, opening: bytes, p: bytes, y: bytes, norm: int) -> None: ...
    @property
    def proof(self) -> bytes:
        """Groth16 A, B, C: 256 bytes, A not negated."""
    @property
    def point(self) -> bytes:
        """The unit's commitment, 64 bytes."""
    @property
    def opening(self) -> bytes:
        """Commitment to the quotient at rho, 64 bytes."""
    @property
    def p(self) -> bytes:
        """Poseidon hash of the private values, 32 bytes."""
    @property
    def y(self) -> bytes:
        """Value of the unit's polynomial at rho, 32 bytes."""
    @property
    def norm(self) -> int:
        """Sum of squares."""

def prove_update(
    key: ProvingKey,
    srs: Srs,
    d: _I8,
    off: int,
    context: bytes,
    blinds: tuple[bytes, bytes] | None = None,
    progress: Callable[[float], object] | None = None,
) -> UnitProof:
    """Prove one unit; int8[m] with m <= key.n, missing elements are zero.

    `off` is the unit's first coefficient in its chunk, `blinds` are r0, r1 (32 bytes each) of a sealed unit.
    `progress` hears the share done; an exception it raises stops the work and is raised here.
    """

def verify_update(
    verifying_key: bytes, tau_g2: bytes, unit: UnitProof, off: int, context: bytes, sealed: bool = False
) -> bool:
    """Make the program's checks on one unit: rho and h recomputed, Groth16, the opening."""

def poseidon(inputs: list[bytes]) -> bytes:
    """Hash 1 to 12 canonical field elements of 32 bytes with circom's parameters."""

def update_wires(
    n: int, d: _I8, off: int, context: bytes, rho: bytes, r0: bytes, r1: bytes, sealed: bool
) -> bytes:
    """Return every wire of a unit's witness, 32 bytes each, in the order of docs/circuits.md."""

def update_violation(n: int, wires: bytes) -> str | None:
    """Name the first group of constraints that the wires break, None when they break none."""

def update_constraints(n: int) -> list[tuple[str, int]]:
    """Name and number of constraints of each group of the `update` relation."""
