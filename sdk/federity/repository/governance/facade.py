"""What a repository's people decide: branches, members, keys, rounds, reviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from federity.repository import governance
from federity.repository.reports.readable import Listing
from federity.repository.reports.rules import Rules
from federity.repository.working_copy.workspace import Workspace
from federity.wallet import Whose

if TYPE_CHECKING:
    from federity.repository.reports import (
        BranchView,
        KeyView,
        MemberView,
        RentReport,
        ReviewReport,
        RoundView,
        RulesReport,
        TransactionReport,
    )
    from federity.repository.reports.rent_reports import RentView

# A model is a live model of a framework, the path of a safetensors file or of a folder with one, or a mapping
# of names to arrays.
Model = Any
# A commit is a LocalCommit or CommitView, an address or a unique start of one, a branch's name, `HEAD` or
# `HEAD~2`.
Commit = Any


class Governance:
    """The part of the facade that people and rules are in. A method hands over to a module of its name."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the working copy and its session."""
        self._workspace = workspace

    # --- branches, members, keys

    async def branches(self) -> Listing[BranchView]:
        """All branches, by name."""
        return Listing(await governance.branches.branches(self._workspace.ahead()))

    async def branch_protect(
        self, name: str, rules: Rules | Mapping[str, Any], *, dry_run: bool = False
    ) -> RulesReport:
        """Set a branch's rules; a round in progress keeps the old ones, and the report says which that is.

        Of a mapping such as `{"approvals": 1}` the rules that it does not name stay. Raises ConfigError (no
        such rule, or a value outside its range), NothingToDo, NotAMember.
        """
        return await governance.branches.branch_protect(self._workspace, name, rules, dry_run)

    async def members(self) -> Listing[MemberView]:
        """All members, highest role first."""
        return Listing(await governance.members.members(self._workspace))

    async def member_add(
        self, wallet: Whose, role: str = "contributor", *, dry_run: bool = False
    ) -> TransactionReport:
        """Give `wallet` (an address, a key, a wallet, a keypair file) a role.

        Roles are reader, contributor, keeper and maintainer. Raises NothingToDo for one who is a member.
        """
        return await governance.members.member_add(self._workspace, wallet, role, dry_run)

    async def member_set_role(self, wallet: Whose, role: str, *, dry_run: bool = False) -> TransactionReport:
        """Give a member another role, or the one again that waits to be confirmed; a member may step down.

        Raises NotFound (not a member), NothingToDo (the role is theirs), NotAMember (only the owner makes and
        unmakes maintainers), ConfigError (no such role).
        """
        return await governance.members.member_set_role(self._workspace, wallet, role, dry_run)

    async def member_remove(self, wallet: Whose, *, dry_run: bool = False) -> TransactionReport:
        """Take a wallet's role away."""
        return await governance.members.member_remove(self._workspace, wallet, dry_run)

    async def member_leave(self, *, dry_run: bool = False) -> TransactionReport:
        """Give up your own membership. Raises NothingToDo (you have none), NotAMember (you are the owner)."""
        return await governance.members.member_leave(self._workspace, dry_run)

    async def member_delegate(
        self,
        key: Whose | None,
        role: str = "contributor",
        *,
        until: int | None = None,
        dry_run: bool = False,
    ) -> TransactionReport:
        """Name a key that may act for your wallet here, but name no other; None withdraws it.

        It does at most what `role` may, and nothing any more after the slot `until`. Raises ConfigError.
        """
        return await governance.members.member_delegate(self._workspace, key, role, until, dry_run)

    # --- the repository itself

    async def offer(
        self, wallet: Whose | None, *, until: int | None = None, dry_run: bool = False
    ) -> TransactionReport:
        """Offer the repository to a wallet, until a slot (a week from now); None takes the offer back.

        Raises NotAMember (only the owner), ConfigError, NothingToDo.
        """
        return await governance.ownership.offer(self._workspace, wallet, until, dry_run)

    async def accept_offer(self, *, dry_run: bool = False) -> TransactionReport:
        """Take over a repository that is offered to your wallet.

        Keepers, maintainers and delegates hold nothing any more until you give them their roles anew. Raises
        NotAMember (it is not offered to you).
        """
        return await governance.ownership.accept_offer(self._workspace, dry_run)

    async def archive(self, archived: bool = True, *, dry_run: bool = False) -> TransactionReport:
        """Let nothing new begin in the repository, or, with False, let it again. Raises NotAMember."""
        return await governance.ownership.archive(self._workspace, archived, dry_run)

    async def keys(self) -> Listing[KeyView]:
        """The verifying keys that this repository's commits may be proved with."""
        return Listing(await governance.keys.keys(self._workspace))

    async def key_pin(self, elements: int, *, dry_run: bool = False) -> TransactionReport:
        """Put the development key for units of `elements` values on the chain and pin it (insecure
        repositories).
        """
        return await governance.keys.key_pin(self._workspace, elements, dry_run)

    async def key_repeal(self, key: str, *, dry_run: bool = False) -> RentReport:
        """Take back what a key proves here, by its address, the start of it, or its unit's size; the pin's
        rent returns.

        No new commit takes it, none that waits for proofs is proved any more, and what it proved stays.
        Raises NotFound, NotAMember (only the owner).
        """
        return await governance.keys.key_repeal(self._workspace, key, dry_run)

    # --- rounds

    async def rounds(self, *, limit: int | None = None) -> Listing[RoundView]:
        """Rounds of the current branch, newest first."""
        return Listing(await governance.rounds.rounds(self._workspace, limit))

    async def round_show(self, index: int | None = None) -> RoundView:
        """One round with its commits; the current one when `index` is None. Raises NotFound."""
        return await governance.rounds.round_show(self._workspace, index)

    async def round_open(self, *, dry_run: bool = False) -> TransactionReport:
        """Open a round: from now on members propose."""
        return await governance.rounds.round_open(self._workspace, dry_run)

    async def round_lock(self, *, dry_run: bool = False) -> TransactionReport:
        """Freeze the round's accepted commits and the head they apply to."""
        return await governance.rounds.round_lock(self._workspace, dry_run)

    async def round_close(self, *, give_up: bool = False, dry_run: bool = False) -> RentReport:
        """Close what you have paid for and no round needs any more: the rent comes back.

        Of rounds of this branch that are over: commits that no merge took, their further accounts, reviews,
        places and approvals, and rounds that expired empty. What a later round may still take stays, unless
        `give_up`. Raises NothingToDo.
        """
        return await governance.rent.round_close(self._workspace, give_up, dry_run)

    async def rent(self) -> Listing[RentView]:
        """What you, or who pays for you, hold rent in: what can be closed now, what later and why, and what
        never, as it is history. Of this repository: operations, rounds, commits, and what is said of them.
        """
        return Listing(await governance.leftovers.rent(self._workspace))

    async def rent_reclaim(self, *, give_up: bool = False, dry_run: bool = False) -> RentReport:
        """Close all that you have paid for and nothing needs any more: the rent comes back.

        What `round_close` closes, of all branches, and operations that their head has left behind. Raises
        NothingToDo.
        """
        return await governance.rent.reclaim(self._workspace, give_up, dry_run)

    async def round_expire(self, *, dry_run: bool = False) -> TransactionReport:
        """End a round that is past its deadline; anyone may."""
        return await governance.rounds.round_expire(self._workspace, dry_run)

    async def round_cancel(self, *, dry_run: bool = False) -> TransactionReport:
        """End the round before its time, until its merge begins; a later one may take its commits.

        For owner and maintainers; for anyone once who opened it has lost the role. Raises NotAMember.
        """
        return await governance.rounds.round_cancel(self._workspace, dry_run)

    async def review_void(
        self, commit_: Commit, reviewer: Whose, *, dry_run: bool = False
    ) -> TransactionReport:
        """Take back a reviewer's veto: the owner any, anyone that of a reviewer without the role.

        Raises NotFound (there is none), NotAMember.
        """
        return await governance.review.review_void(self._workspace, commit_, reviewer, dry_run)

    async def review(
        self, commit_: Commit, *, approve: bool | None = None, note: str = "", dry_run: bool = False
    ) -> ReviewReport:
        """Approve, reject (`approve=False`) or comment on (`approve=None`) a proposed commit.

        An approval that completes what the branch asks for also accepts the commit into the round.
        """
        return await governance.review.review(self._workspace, commit_, approve, note, dry_run)

    async def accept(self, commit_: Commit, *, dry_run: bool = False) -> ReviewReport:
        """Take a proposed commit that has its reviews and level into the round's set; anyone may."""
        return await governance.review.accept(self._workspace, commit_, dry_run)

    async def merge_approve(self, *, dry_run: bool = False) -> TransactionReport:
        """Approve the locked round's set and weights, on a branch that asks for it."""
        return await governance.rounds.merge_approve(self._workspace, dry_run)
