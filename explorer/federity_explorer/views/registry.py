"""Every page there is: its path, what answers it, and how HTML shows the answer. The API and its description
follow from this list.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from federity_explorer.site import Ask
from federity_explorer.views import accounts, contexts, diffs, pages, proposals, tokens
from federity_explorer.views.asked import Live

__all__ = ["API", "PAGES", "Page"]

API = "/api/v1"
View = Callable[[Live, Ask], Awaitable[Any]]


@dataclass(frozen=True)
class Page:
    """A page: `view` answers with a `context`, or None where there is nothing. `queries` are by name what
    each part of the query means, `cost` for how many requests it counts: those that ask the chain are not all
    cheap.
    """

    path: str
    name: str
    summary: str
    view: View
    context: type
    template: str
    queries: tuple[tuple[str, str], ...] = ()
    cost: int = 1

    @property
    def api(self) -> str:
        """Where the same answer is as JSON."""
        return f"{API}{'/home' if self.path == '/' else self.path}"


def _indexed(view: Callable[[sqlite3.Connection, Ask], Any]) -> View:
    """A view that the index alone answers."""

    async def answer(live: Live, ask: Ask) -> Any:
        return await live.site.database.answer(lambda db: view(db, ask))

    return answer


PAGES = (
    Page(
        "/",
        "home",
        "Repositories, by when something happened there",
        _indexed(pages.home),
        contexts.Home,
        "home.html",
        (("from", "how many to leave out"),),
    ),
    Page(
        "/search",
        "search",
        "What an address, name, hash or signature is",
        _indexed(pages.searched),
        contexts.Search,
        "search.html",
        (("q", "the text, or its beginning"),),
    ),
    Page(
        "/r/{address}",
        "repository",
        "A repository: branches, tags, forks, open rounds, members, keys, model, NFTs",
        _indexed(pages.repository),
        contexts.Repository,
        "repository.html",
    ),
    Page(
        "/r/{address}/history",
        "history",
        "The heads of a repository, newest first",
        _indexed(pages.history),
        contexts.History,
        "history.html",
        (("branch", "address of the only branch"), ("before", "transaction number of the last head seen")),
    ),
    Page(
        "/b/{address}",
        "branch",
        "A branch and its rules",
        _indexed(pages.branch),
        contexts.Branch,
        "branch.html",
    ),
    Page(
        "/c/{address}",
        "commit",
        "A commit: terms, figures, level, proofs, reviews, tags, NFT, blobs, events",
        _indexed(pages.commit),
        contexts.Commit,
        "commit.html",
    ),
    Page(
        "/c/{address}/provenance",
        "provenance",
        "Whose work a commit is, back to every genesis",
        _indexed(pages.provenance),
        contexts.ProvenancePage,
        "provenance.html",
        cost=5,
    ),
    Page(
        "/round/{address}",
        "round",
        "A round and the commits it decides about",
        _indexed(pages.round_),
        contexts.Round,
        "round.html",
    ),
    Page(
        "/r/{address}/proposals",
        "proposals",
        "The operations of a repository: what was proposed, and how it ended",
        _indexed(proposals.proposals),
        contexts.Proposals,
        "proposals.html",
        (("state", "open (default), merged, stale, closed or all"), ("from", "how many to leave out")),
    ),
    Page(
        "/o/{address}",
        "operation",
        "An operation: its terms, what people say of it, its votes",
        _indexed(proposals.operation),
        contexts.Operation,
        "operation.html",
    ),
    Page(
        "/w/{address}",
        "wallet",
        "A wallet: roles, commits, what of them was merged, NFTs made for it",
        _indexed(pages.wallet),
        contexts.Wallet,
        "wallet.html",
    ),
    Page(
        "/tx/{signature}",
        "transaction",
        "A transaction and its events",
        _indexed(pages.transaction),
        contexts.Transaction,
        "transaction.html",
    ),
    Page(
        "/events/{address}",
        "events",
        "The events that name an address, newest first",
        _indexed(pages.events),
        contexts.Events,
        "events.html",
        (("before", "number of the last event seen"),),
    ),
    Page(
        "/a/{address}",
        "account",
        "An account as the chain has it now",
        accounts.account,
        accounts.AccountPage,
        "account.html",
    ),
    Page(
        "/program",
        "program",
        "The program: code, upgrade authority, keys",
        accounts.program,
        accounts.ProgramPage,
        "program.html",
    ),
    Page(
        "/nft/{mint}",
        "nft",
        "An NFT: what it is of, who holds it, what its mint says",
        tokens.nft,
        tokens.NftPage,
        "nft.html",
        cost=10,
    ),
    Page(
        "/w/{address}/nfts",
        "held",
        "The NFTs that a wallet holds now",
        tokens.held,
        tokens.HeldPage,
        "held.html",
        cost=10,
    ),
    Page(
        "/diff/{before}/{after}",
        "diff",
        "How the weights of two commits differ, tensor by tensor",
        diffs.diff,
        diffs.DiffPage,
        "diff.html",
        cost=50,
    ),
)
