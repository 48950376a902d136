"""What an operation says of itself: its author's words, or those that git would write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity.chain import pda
from federity.repository.ledger import views
from federity.repository.ledger.references import name_at

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Saying:
    """The words, and whether somebody chose them: those that nobody did give way to what is there."""

    words: str
    given: bool

    @classmethod
    def of(cls, message: str | None, otherwise: str) -> Saying:
        """A message, or what is said without one."""
        return cls(otherwise, False) if message is None else cls(message.strip(), True)


async def merging(
    workspace: Workspace, word: str, sides: Sequence[Any], commits: Sequence[Pubkey], branch: accounts.Branch
) -> str:
    """What is said of sides that come into a branch: what they were called, commits by their names."""
    called = [
        side if isinstance(side, str) else await name_at(workspace, commit)
        for side, commit in zip(sides, commits, strict=True)
    ]
    return f"{word} {listed(called)} into {pda.plain_name(bytes(branch.name))}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: `a, b and c`."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


async def reverting(workspace: Workspace, message: str | None, commit: Pubkey) -> Saying:
    """Of a commit that is taken out."""
    if message is not None:
        return Saying.of(message, "")
    said, name = await _said(workspace, commit)
    subject = said.partition("\n")[0] or name
    return Saying.of(None, f'Revert "{subject}"\n\nThis reverts commit {name}.')


async def picking(workspace: Workspace, message: str | None, commit: Pubkey) -> Saying:
    """Of a commit whose change is added: what its author said, and where it is from."""
    if message is not None:
        return Saying.of(message, "")
    said, name = await _said(workspace, commit)
    return Saying.of(None, f"{said or f'Pick {name}'}\n\n(cherry picked from commit {name})")


async def _said(workspace: Workspace, address: Pubkey) -> tuple[str, str]:
    """The message of a commit, nothing where it cannot be had; and the commit's name."""
    commit = await workspace.commit(address)
    view = await views.commit_view(await workspace.on_base_of(commit), address, commit)
    return view.message, await name_at(workspace, address)
