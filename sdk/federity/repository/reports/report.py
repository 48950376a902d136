"""What every answer of a verb has in common: frozen, with `to_json()`; and what a verb cost."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

from federity.repository.reports import readable
from federity.text import ar, duration, size, sol


def jsonable(value: Any) -> Any:
    """Turn a report, or anything inside one, into what `json.dumps` takes."""
    if isinstance(value, Report):
        return value.to_json()
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Path):
        return value.as_posix()
    return str(value)


@dataclass(frozen=True)
class Report:
    """Base of every answer."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {field.name: jsonable(getattr(self, field.name)) for field in fields(self)}

    def __str__(self) -> str:
        """The report for people; `repr` has every field as it is."""
        return readable.text(self)

    def _repr_html_(self) -> str:
        return readable.html(self)


@dataclass(frozen=True)
class Cost(Report):
    """What a verb spent or, in a dry run, would spend.

    `rent` comes back to the payer when accounts are closed. `priority` is the part of the fees that was paid
    to be included sooner, in a dry run about. `winc` are credits of an upload service and `winston` parts of
    AR, 10^12 each, where keeping blobs costs them. In a dry run `proving_seconds` says about how long proofs
    will take here on two free cores, and making their key, once, where this machine has none yet.
    """

    transactions: int = 0
    compute_units: int = 0
    fees: int = 0
    rent: int = 0
    uploaded_bytes: int = 0
    priority: int = 0
    proving_seconds: float = 0.0
    winc: int = 0
    winston: int = 0

    @property
    def lamports(self) -> int:
        """Fees and rent together."""
        return self.fees + self.rent

    def __add__(self, other: Cost) -> Cost:
        """Add two costs field by field."""
        return Cost(
            self.transactions + other.transactions,
            self.compute_units + other.compute_units,
            self.fees + other.fees,
            self.rent + other.rent,
            self.uploaded_bytes + other.uploaded_bytes,
            self.priority + other.priority,
            self.proving_seconds + other.proving_seconds,
            self.winc + other.winc,
            self.winston + other.winston,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the cost with its sum."""
        return {**super().to_json(), "lamports": self.lamports}

    def __str__(self) -> str:
        """The cost in words: `2 transactions, 0.000015 SOL fees, 0.00204 SOL rent, 1.2 kB uploaded`."""
        parts = [
            f"{self.transactions} transaction{'' if self.transactions == 1 else 's'}",
            f"{sol(self.fees)} fees"
            + (f" ({sol(self.priority)} of them for priority)" if self.priority else ""),
        ]
        if self.rent:
            parts.append(f"{sol(self.rent)} rent")
        if self.uploaded_bytes:
            paid = [f"{self.winc} winc"] * bool(self.winc) + [ar(self.winston)] * bool(self.winston)
            said = f" for {' and '.join(paid)}" if paid else ""
            parts.append(f"{size(self.uploaded_bytes)} uploaded{said}")
        if self.proving_seconds:
            parts.append(f"about {duration(self.proving_seconds)} of proving on two free cores")
        return ", ".join(parts)
