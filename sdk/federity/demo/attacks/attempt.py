"""An attack, prepared by honest steps up to the one that must be refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from federity.demo.result import Attack
from federity.errors import FederityError, ProgramError

Attempt = Callable[[], Awaitable[Any]]


class AttackSucceeded(FederityError):
    """What must be refused was not."""


async def refused(name: str, attempt: Attempt) -> Attack:
    """Make the attempt and say who refused it. Raises AttackSucceeded when nobody did."""
    try:
        await attempt()
    except AttackSucceeded:
        raise
    except ProgramError as error:
        return Attack(name, error.name, error.code, "program")
    except FederityError as error:
        return Attack(name, type(error).__name__, error.exit_code, "client")
    raise AttackSucceeded(f"The attack {name!r} was not refused.")
