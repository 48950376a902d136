"""The `update` relation in plain integers, from docs/protocol.md alone.

Nothing here comes from the crate `circuits`: even Poseidon's constants are generated anew, by the Grain
stream of its paper's reference script. Wires are listed in the order of docs/circuits.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

R = 21888242871839275222246405745257275088548364400416034343698204186575808495617
PARTIAL_ROUNDS = (56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65)
FULL_ROUNDS = 8
CHUNK = 1 << 20


def grain(width: int) -> Iterator[int]:
    """Bits of the self-shrinking Grain LFSR for a prime field of 254 bits and x^5."""
    state: list[int] = []
    rounds = PARTIAL_ROUNDS[width - 2]
    for value, bits in (
        (1, 2),
        (0, 4),
        (254, 12),
        (width, 12),
        (FULL_ROUNDS, 10),
        (rounds, 10),
        (2**30 - 1, 30),
    ):
        state += [value >> bit & 1 for bit in reversed(range(bits))]
    position = 0

    def step() -> int:
        nonlocal position
        new = 0
        for tap in (62, 51, 38, 23, 13, 0):
            new ^= state[position + tap]
        state.append(new)
        position += 1
        return new

    for _ in range(160):
        step()
    while True:
        keep, bit = step(), step()
        if keep:
            yield bit


@cache
def poseidon_constants(width: int) -> tuple[list[int], list[list[int]]]:
    """Round constants, row-major, and the Cauchy matrix."""
    stream = grain(width)

    def draw() -> int:
        return int("".join(str(next(stream)) for _ in range(254)), 2)

    constants: list[int] = []
    while len(constants) < (FULL_ROUNDS + PARTIAL_ROUNDS[width - 2]) * width:
        if (value := draw()) < R:
            constants.append(value)
    while True:
        seeds = [draw() % R for _ in range(2 * width)]
        xs, ys = seeds[:width], seeds[width:]
        if len(set(seeds)) == 2 * width and all((x + y) % R for x in xs for y in ys):
            return constants, [[pow(x + y, -1, R) for y in ys] for x in xs]


def poseidon(inputs: Sequence[int], wires: list[int] | None = None) -> int:
    """The hash; `wires` takes each S-box's second, fourth and fifth power, but for the constant one."""
    width = len(inputs) + 1
    constants, matrix = poseidon_constants(width)
    partial = PARTIAL_ROUNDS[width - 2]
    state = [0, *inputs]
    for turn in range(FULL_ROUNDS + partial):
        state = [(x + c) % R for x, c in zip(state, constants[turn * width :], strict=False)]
        full = turn < FULL_ROUNDS // 2 or turn >= FULL_ROUNDS // 2 + partial
        for index in range(width if full else 1):
            x = state[index]
            powers = [x * x % R, pow(x, 4, R), pow(x, 5, R)]
            state[index] = powers[2]
            if wires is not None and (turn, index) != (0, 0):
                wires += powers
        state = [sum(m * x for m, x in zip(row, state, strict=True)) % R for row in matrix]
    return state[0]


@dataclass(frozen=True)
class Unit:
    """Private and public values of one unit; `d` has n integers."""

    d: tuple[int, ...]
    off: int
    context: int
    rho: int
    r0: int = 0
    r1: int = 0
    sealed: bool = False


def wires(unit: Unit) -> list[int]:
    """Every wire of a witness, which is true when blinds are zero or the unit is sealed."""
    n, rho = len(unit.d), unit.rho
    unsigned = [d + 128 for d in unit.d]
    bits = [u >> bit & 1 for u in unsigned for bit in range(8)]
    squares = [d * d for d in unit.d]

    coefficients = [sum(unit.d[4 * j + lane] << 62 * lane for lane in range(4)) for j in range(n // 4)]
    sums, total = [], coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        total = (total * rho + coefficient) % R
        sums.append(total)

    offset_bits = [unit.off >> bit & 1 for bit in range(20)]
    powers = [pow(rho, 1 << bit, R) for bit in range(21)]
    selected = [bit * (power - 1) % R for bit, power in zip(offset_bits, powers, strict=False)]
    products = [pow(rho, unit.off & ((2 << bit) - 1), R) for bit in range(1, 20)]
    placed = pow(rho, unit.off, R) * total % R
    inner = unit.r1 * rho % R
    blinding = (unit.r0 + inner) * pow(rho, CHUNK, R) % R
    y = (placed + blinding) % R

    padded = unsigned + [128] * (-n % 31)
    packed = [int.from_bytes(bytes(padded[k : k + 31]), "little") for k in range(0, len(padded), 31)]
    chain: list[int] = []
    state, blocks = 1, packed + [0] * (-len(packed) % 11)
    for k in range(0, len(blocks), 11):
        state = poseidon([state, *blocks[k : k + 11]], chain)
    private: list[int] = []
    p = poseidon([2, state, n, unit.r0, unit.r1], private)
    public: list[int] = []
    norm = sum(squares)
    h = poseidon([4, unit.context, p, rho, y, norm, unit.off + CHUNK * unit.sealed], public)
    scalars = [placed, inner, blinding, norm, unit.context, rho, unit.r0, unit.r1]
    return [
        *(1, h),
        *bits,
        *squares,
        *sums,
        *offset_bits,
        int(unit.sealed),
        *powers[1:],
        *selected,
        *products,
        *scalars,
        *packed,
        *chain,
        *private,
        *public,
    ]


def holds(n: int, given: Sequence[int]) -> bool:
    """Whether an assignment is a true witness: read the private values off it, and recompute."""
    bits = given[2 : 2 + 8 * n]
    start = 2 + 8 * n + n + n // 4 - 1
    offset_bits, sealed = given[start : start + 20], given[start + 20]
    if any(bit not in (0, 1) for bit in [*bits, *offset_bits, sealed]):
        return False
    d = tuple(sum(bits[8 * i + bit] << bit for bit in range(8)) - 128 for i in range(n))
    off = sum(bit << place for place, bit in enumerate(offset_bits))
    context, rho, r0, r1 = given[start + 21 + 20 + 20 + 19 + 4 :][:4]
    if not sealed and (r0 or r1):
        return False
    return list(given) == wires(Unit(d, off, context, rho, r0, r1, bool(sealed)))
