"""The domain: a repository in a working copy, one module per verb behind the thin facade `Repository`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity import lazy

if TYPE_CHECKING:
    from federity.repository.repository import Repository

__all__ = ["Repository"]

if not TYPE_CHECKING:
    # Reports and rules are used without the facade.
    __getattr__ = lazy.names(__name__, {"repository": __all__})
