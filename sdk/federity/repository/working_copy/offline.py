"""A session on what was fetched: what reads a history through it needs no chain and no store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.chain.recorded import RecordedChain, Recording
from federity.config import Config
from federity.errors import ChainUnavailable
from federity.keypairs import find
from federity.repository.ledger.recording import KINDS
from federity.repository.working_copy.queue import ahead
from federity.session import apart
from federity.storage.apart import StoreApart
from federity.storage.memory import MemoryStorage

if TYPE_CHECKING:
    from federity.keypairs import KeypairFile
    from federity.repository.working_copy.history import Fetched
    from federity.repository.working_copy.worktree import Worktree
    from federity.session import Session


def fetched(worktree: Worktree) -> Fetched:
    """What was fetched of the repository. Raises ChainUnavailable when nothing was."""
    found, config = worktree.history.read(), worktree.config()
    if found is None or (found.cluster, found.repository) != (config.cluster, config.repository):
        raise ChainUnavailable(
            "The chain is needed for this: nothing of its history was fetched into this working copy.",
            hint="`federity fetch` brings it when the chain can be reached.",
        )
    return found


def nowhere(url: str, keypair: KeypairFile) -> Session:
    """A session for a repository that is made where its chain, at `url`, cannot be reached: nothing is known
    of that chain, its genesis hash is empty.
    """
    return apart(
        RecordedChain(Recording(b"", 0, {})), StoreApart(MemoryStorage()), keypair, url, Config.read()
    )


def session(worktree: Worktree, keypair: KeypairFile | None = None) -> Session:
    """Open what was fetched, with what is queued on it; the wallet is by default the one that the working
    copy and the settings name.

    Raises ChainUnavailable, ConfigError.
    """
    here, settings = worktree.config(), Config.read()
    known = ahead(fetched(worktree).recording(), worktree.queue.entries())
    wallet = keypair or find(None, here.wallet_file, settings)
    return apart(RecordedChain(known, kinds=KINDS), StoreApart(worktree.objects), wallet, here.url, settings)
