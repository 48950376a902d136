"""Version control for machine-learning models on Solana.

The public API: `connect` opens a `Session`, `Repository` is a model under version control in a folder,
`Rules` say how a branch's head moves, `Named` is a model under other names, and the reports are what its
verbs answer. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from federity import lazy

if TYPE_CHECKING:
    __version__: str
    from federity import errors
    from federity.frameworks import Named
    from federity.repository.reports import (
        CommitView,
        LocalCommit,
        MergeReport,
        PullReport,
        PushReport,
        Status,
        VerifyReport,
    )
    from federity.repository.reports.rules import Rules
    from federity.repository.repository import Repository
    from federity.session import Session, connect
    from federity.wallet import Wallet

__all__ = [
    "CommitView",
    "LocalCommit",
    "MergeReport",
    "Named",
    "PullReport",
    "PushReport",
    "Repository",
    "Rules",
    "Session",
    "Status",
    "VerifyReport",
    "Wallet",
    "connect",
    "errors",
]

_HOMES = {
    "frameworks": ["Named"],
    "repository.repository": ["Repository"],
    "repository.reports.rules": ["Rules"],
    "repository.reports": [
        "CommitView",
        "LocalCommit",
        "MergeReport",
        "PullReport",
        "PushReport",
        "Status",
        "VerifyReport",
    ],
    "session": ["Session", "connect"],
    "wallet": ["Wallet"],
}
_public = lazy.names(__name__, _HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("federity")
    return importlib.import_module("federity.errors") if name == "errors" else _public(name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
