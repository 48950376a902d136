"""Every page there is: its path, what answers it, and how HTML shows the answer. The API and its description
follow from this list.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from federity_explorer.site import Ask
from federity_explorer.views import contexts, pages

__all__ = ["API", "PAGES", "Page"]

API = "/api/v1"


@dataclass(frozen=True)
class Page:
    """A page: `view` answers with a `context`, or None where there is nothing. `queries` are by name what
    each part of the query means.
    """

    path: str
    name: str
    summary: str
    view: Callable[[sqlite3.Connection, Ask], Any]
    context: type
    template: str
    queries: tuple[tuple[str, str], ...] = ()

    @property
    def api(self) -> str:
        """Where the same answer is as JSON."""
        return f"{API}{'/home' if self.path == '/' else self.path}"


PAGES = (
    Page(
        "/",
        "home",
        "Repositories, by when something happened there",
        pages.home,
        contexts.Home,
        "home.html",
        (("from", "how many to leave out"),),
    ),
    Page(
        "/search",
        "search",
        "What an address, name, hash or signature is",
        pages.searched,
        contexts.Search,
        "search.html",
        (("q", "the text, or its beginning"),),
    ),
    Page(
        "/r/{address}",
        "repository",
        "A repository: branches, open rounds, members, keys, model",
        pages.repository,
        contexts.Repository,
        "repository.html",
    ),
    Page(
        "/r/{address}/history",
        "history",
        "The heads of a repository, newest first",
        pages.history,
        contexts.History,
        "history.html",
        (("branch", "address of the only branch"), ("before", "transaction number of the last head seen")),
    ),
    Page("/b/{address}", "branch", "A branch and its rules", pages.branch, contexts.Branch, "branch.html"),
    Page(
        "/c/{address}",
        "commit",
        "A commit: terms, figures, level, proofs, reviews, blobs, events",
        pages.commit,
        contexts.Commit,
        "commit.html",
    ),
    Page(
        "/c/{address}/provenance",
        "provenance",
        "Whose work a commit is, back to every genesis",
        pages.provenance,
        contexts.ProvenancePage,
        "provenance.html",
    ),
    Page(
        "/round/{address}",
        "round",
        "A round and the commits it decides about",
        pages.round_,
        contexts.Round,
        "round.html",
    ),
    Page(
        "/o/{address}",
        "operation",
        "An operation: its terms and its votes",
        pages.operation,
        contexts.Operation,
        "operation.html",
    ),
    Page(
        "/w/{address}",
        "wallet",
        "A wallet: roles, commits, what of them was merged",
        pages.wallet,
        contexts.Wallet,
        "wallet.html",
    ),
    Page(
        "/tx/{signature}",
        "transaction",
        "A transaction and its events",
        pages.transaction,
        contexts.Transaction,
        "transaction.html",
    ),
    Page(
        "/events/{address}",
        "events",
        "The events that name an address, newest first",
        pages.events,
        contexts.Events,
        "events.html",
        (("before", "number of the last event seen"),),
    ),
)
