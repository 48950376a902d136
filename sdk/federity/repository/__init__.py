"""The domain: a repository in a working copy, one module per verb behind the thin facade `Repository`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from federity.repository.repository import Repository

__all__ = ["Repository"]


def __getattr__(name: str) -> Any:
    """Import the facade when it is first asked for: reports and rules are used without it."""
    if name == "Repository":
        from federity.repository.repository import Repository

        return Repository
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
