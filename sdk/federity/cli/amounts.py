"""Amounts of money as people type them."""

from __future__ import annotations

import argparse
from decimal import Decimal

from federity.text import LAMPORTS


def lamports(text: str) -> int:
    """Parse SOL (`1.5`) or lamports (`1500lamports`), as lamports. Raises ArgumentTypeError."""
    digits, unit = (text[:-8], 1) if text.endswith("lamports") else (text, LAMPORTS)
    try:
        amount = Decimal(digits) * unit
        if amount != int(amount) or not 1 <= amount < 1 << 63:
            raise ValueError
    except (ArithmeticError, ValueError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no amount: use SOL with at most 9 decimals, or a whole number and `lamports`"
        ) from None
    return int(amount)
