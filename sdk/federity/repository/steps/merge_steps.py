"""What is left to do of a locked round's merge, read off the chain: one plan for keepers and for pushes of
one.

Every step is checked by the program, and what is in already is skipped, so two mergers, or one killed and
started again, do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts, types
from federity._generated import instructions as program
from federity.chain import pda
from federity.objects import Location, Place
from federity.repository.ledger import query
from federity.repository.ledger.commitments import IDENTITY
from federity.repository.ledger.planning import batches, scaled_weight
from federity.repository.ledger.votes import Shown, merge_approvals_of
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

# Commits whose addresses fit into one transaction of nothing else; for further chunks each brings a second
# address.
BATCH = 22
# Compute units: fixed part of an addition, and for each commit its scalar multiplication, addition and
# accounts.
ADD_BASE_UNITS = 30_000
ADD_UNITS = 8_000


@dataclass(frozen=True)
class Part:
    """An accepted commit as a merge needs it: the Q16 weight, and a point for each chunk."""

    address: Pubkey
    shift: int
    weight: int
    points: tuple[bytes, ...]


@dataclass(frozen=True)
class Target:
    """The round whose merge is wanted.

    `begun` says that the merge commit exists, `added` how many parts are in each of its chunks that exist.
    `parts` are in order of their indices, as the program adds them; `approvals` are the votes it begins
    with.
    """

    round: Pubkey
    branch: Pubkey
    head: Pubkey
    head_has_points: bool
    head_points: tuple[bytes, ...]
    fraction_bits: int
    begun: bool
    added: Mapping[int, int]
    parts: tuple[Part, ...]
    approvals: Shown = ()

    @property
    def merge(self) -> Pubkey:
        """The merge commit."""
        return pda.merge(self.round)

    def expected(self, chunk: int) -> bytes:
        """The sum that the program must find for a chunk: `C_A + sum w' C_i`."""
        total = self.head_points[chunk]
        for part in self.parts:
            scaled = scaled_weight(part.weight, self.fraction_bits, part.shift)
            if scaled and part.points[chunk] != IDENTITY:
                total = _native.point_add(total, _native.point_mul(part.points[chunk], scaled))
        return total


def steps(workspace: Workspace, target: Target, member: Pubkey | None, blob: Place | None) -> list[Step]:
    """All that is left of a merge, in order. `blob` is the result's; without a `member` it is not named."""
    session = workspace.session
    wallet, payer = session.wallet.pubkey, session.payer.pubkey
    found: list[Step] = []
    if not target.begun:
        found.append(
            Step(
                program.merge_begin(
                    payer=payer,
                    authority=wallet,
                    repository=workspace.repository,
                    round=target.round,
                    head=target.head,
                    merge=target.merge,
                    remaining=target.approvals,
                ),
                (accounts.Commit.SIZE,),
            )
        )
    for chunk in range(len(target.head_points)):
        if chunk and chunk not in target.added:
            found.append(_extend(payer, target, chunk))
        found += _additions(target, chunk)
    named = blob if blob is not None and member is not None else Place(Location.none(), bytes(32))
    found.append(
        Step(
            program.merge_finish(
                authority=wallet,
                member=member if named.location != Location.none() else None,
                repository=workspace.repository,
                branch=target.branch,
                round=target.round,
                merge=target.merge,
                blob_hash=named.sha256,
                location=types.BlobLocation(tag=int(named.location.tag), id=named.location.id),
            )
        )
    )
    return found


def _extend(payer: Pubkey, target: Target, chunk: int) -> Step:
    head_points = pda.points(target.head, chunk) if target.head_has_points else None
    return Step(
        program.merge_extend(
            payer=payer,
            round=target.round,
            merge=target.merge,
            head=target.head,
            head_points=head_points,
            points=pda.points(target.merge, chunk),
            chunk=chunk,
        ),
        (accounts.Points.SIZE,),
    )


def _additions(target: Target, chunk: int) -> list[Step]:
    waiting = target.parts[target.added.get(chunk, 0) :]
    expected = target.expected(chunk)
    found = []
    for batch in batches(waiting, BATCH if chunk == 0 else BATCH // 2):
        if chunk == 0:
            metas = [AccountMeta(part.address, False, False) for part in batch]
        else:
            metas = [
                meta
                for part in batch
                for meta in (
                    AccountMeta(part.address, False, False),
                    AccountMeta(pda.points(part.address, chunk), False, False),
                )
            ]
        found.append(
            Step(
                program.merge_add(
                    round=target.round,
                    target=pda.points(target.merge, chunk) if chunk else target.merge,
                    chunk=chunk,
                    expected=expected,
                    remaining=metas,
                ),
                units=ADD_BASE_UNITS + ADD_UNITS * len(batch),
            )
        )
    return found


async def target_of(
    workspace: Workspace,
    address: Pubkey,
    round_: accounts.Round,
    commits: Sequence[tuple[Pubkey, accounts.Commit]],
    weights: Sequence[int],
) -> Target:
    """Read the state of a locked round's merge. `weights` are Q16, in the order of `commits`."""
    chunks = range(1, round_.chunks)
    head = await workspace.load(accounts.Commit, round_.head, "commit")
    merge = pda.merge(address)
    begun = round_.merge != Pubkey.default()
    added = {}
    if begun:
        first = await workspace.load(accounts.Commit, merge, "commit")
        extended = await _points(workspace, merge, chunks)
        added = {0: first.chunk.added, **{chunk: points.chunk.added for chunk, points in extended.items()}}
    has_points = head.points_created > 0
    head_further = await _points(workspace, round_.head, chunks) if has_points else {}
    parts = []
    for (at, commit), weight in zip(commits, weights, strict=True):
        further = await _points(workspace, at, chunks)
        slots = {0: commit.chunk, **{chunk: points.chunk for chunk, points in further.items()}}
        points = tuple(bytes(slots[chunk].point) for chunk in range(round_.chunks))
        parts.append(Part(at, commit.shift, weight, points))
    return Target(
        round=address,
        branch=round_.branch,
        head=round_.head,
        head_has_points=has_points,
        head_points=(
            bytes(head.chunk.point),
            *(bytes(head_further[chunk].chunk.point) if has_points else IDENTITY for chunk in chunks),
        ),
        fraction_bits=round_.fraction_bits,
        begun=begun,
        added=added,
        parts=tuple(parts),
        approvals=() if begun else await merge_approvals_of(workspace, address, round_),
    )


async def _points(workspace: Workspace, commit: Pubkey, chunks: range) -> dict[int, accounts.Points]:
    if not chunks:
        return {}
    found = await query.load_many(
        workspace.session.chain, accounts.Points, [pda.points(commit, chunk) for chunk in chunks]
    )
    return {chunk: points for chunk, points in zip(chunks, found, strict=True) if points is not None}
