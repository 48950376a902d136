"""Seconds and memory of proofs, and of making the keys they need."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.child import measure
from bench.report import Table, megabytes
from federity._generated.constants import UNIT_LARGE, UNIT_MEDIUM, UNIT_SMALL
from federity.repository.ledger.planning import unit_size

# Parameters, and the seconds on two free cores that the project promises.
SIZES = ((1_000, None), (44_000, 5), (1_000_000, 90))


def keys() -> Table:
    """Make each key once, in an empty folder."""
    rows = []
    for size in (UNIT_SMALL, UNIT_MEDIUM, UNIT_LARGE):
        with tempfile.TemporaryDirectory() as folder:
            found = measure("setup", size, Path(folder))
        rows.append(
            (
                f"{size:,}",
                f"{found['seconds']:.1f} s",
                f"{found['processor_seconds']:.1f} s",
                megabytes(found["memory"]),
                megabytes(found["disk"]),
            )
        )
    return Table(
        "Making a key",
        "Once per unit size and machine, from the public development seed; then it is cached.",
        ("elements of a unit", "time", "processor", "peak memory", "on disk"),
        rows,
    )


def proofs(cache: Path) -> Table:
    """Prove updates without a zero, with cached keys."""
    rows = []
    for elements, target in SIZES:
        # The key is made before, not while, anything is measured.
        measure("setup", unit_size(elements, (UNIT_SMALL, UNIT_MEDIUM, UNIT_LARGE)), cache)
        found = measure("prove", elements, cache)
        rows.append(
            (
                f"{elements:,}",
                f"{found['units']} x {found['unit']:,}",
                f"{found['load_seconds']:.1f} s",
                f"{found['seconds']:.1f} s",
                f"{found['processor_seconds']:.1f} s",
                f"{target} s" if target else "",
                megabytes(found["memory"]),
            )
        )
    return Table(
        "Proving an update",
        "All values differ from zero, so every unit is proved. Time is from key in memory to the last proof; "
        "processor seconds include loading. The target is for two free cores.",
        ("parameters", "units", "key loaded", "time", "processor", "target", "peak memory"),
        rows,
    )
