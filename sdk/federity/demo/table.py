"""The outcome of the demo as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from federity.demo.result import Outcome
from federity.demo.team import TENSORFLOW, TORCH
from federity.text import sol

NAMES = {TORCH: "PyTorch", TENSORFLOW: "TensorFlow"}


def table(outcome: Outcome) -> str:
    """Lay the outcome out in lines of at most 100 characters."""
    parts = [_team(outcome), *(_round(outcome, index) for index in range(len(outcome.rounds)))]
    merged = outcome.merged
    verified = "every proof and sum rechecked" if merged.verified else "NOT all could be rechecked"
    parts.append(
        f"merged model of {merged.parameters} parameters: {merged.accuracy:.1%} on digits of all classes,"
        f"\n{100 * merged.gain:.1f} points above the mean contributor alone; {merged.proofs_verified} proofs,"
        f" {verified}"
    )
    parts.append(_attacks(outcome))
    parts.append(f"{outcome.seconds:.1f} s")
    return "\n\n".join(parts)


def _team(outcome: Outcome) -> str:
    rows = [("contributor", "framework", "samples", "never saw", "alone")]
    rows += [
        (c.name, NAMES[c.framework], str(c.samples), " ".join(map(str, c.missing)), f"{c.accuracy_alone:.1%}")
        for c in outcome.contributors
    ]
    return _columns(rows)


def _round(outcome: Outcome, index: int) -> str:
    round_ = outcome.rounds[index]
    rows = [("", "before", "after", "delta", "of float32", "proof", "transactions", "CU", "SOL")]
    rows += [
        (
            c.name,
            f"{c.accuracy_before:.1%}",
            f"{c.accuracy_after:.1%}",
            f"{c.delta_bytes} B",
            f"{c.ratio:.2%}",
            f"{c.proof_seconds:.1f} s",
            str(c.transactions),
            f"{c.compute_units:,}",
            f"{c.lamports / 1e9:.6f}",
        )
        for c in round_.contributors
    ]
    merge = (
        f"merged at L{round_.level} by the keeper: {round_.transactions} transactions, "
        f"{round_.compute_units:,} CU, {sol(round_.lamports)}"
    )
    return f"round {round_.index + 1}\n{_columns(rows)}\n{merge}"


def _attacks(outcome: Outcome) -> str:
    rows = [("attack", "refused by", "with")]
    rows += [(a.name, a.refused_by, f"{a.error} ({a.code})") for a in outcome.attacks]
    return _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
