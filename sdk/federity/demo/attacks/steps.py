"""Instructions as attackers and honest people alike would build them by hand."""

from __future__ import annotations

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity._native import UnitProof
from federity.chain import pda
from federity.demo.attacks.cast import NOWHERE, Cast
from federity.objects import Location


class Steps(Cast):
    """Builds instructions; sends nothing."""

    def creation(self, owner: str, address: Pubkey, name: str, flags: int, tau_g2: bytes) -> Instruction:
        """Create a repository."""
        return program.repository_create(
            payer=self.address(owner),
            authority=self.address(owner),
            repository=address,
            member=self.member(owner, address),
            name=pda.padded_name(name),
            flags=flags,
            cluster=bytes(32),
            tau_g2=tau_g2,
        )

    async def proposal(
        self,
        round_: Pubkey,
        by: str,
        *,
        as_member: str | None = None,
        proved: bool = False,
        shift: int = 0,
        parts: int = 1,
        blob_hash: bytes = b"\x03" * 32,
    ) -> Instruction:
        """Create a commit in a round. `as_member` claims somebody else's membership."""
        branch = (await self.account(accounts.Round, round_)).branch
        state = await self.account(accounts.Branch, branch)
        author = as_member or by
        key = pda.key(self.key.verifying_key)
        return program.commit_create(
            payer=self.address(by),
            authority=self.address(by),
            member=self.member(author, state.repository),
            repository=state.repository,
            branch=branch,
            round=round_,
            parent=state.head,
            key_pin=pda.key_pin(state.repository, key) if proved else None,
            commit=pda.commit(round_, self.address(author)),
            blob_hash=blob_hash,
            location=NOWHERE,
            shift=shift,
            flags=0,
            parts=parts,
            samples=1,
            loss=0,
            accuracy=0,
            epsilon=0,
        )

    def acceptance(
        self, branch: Pubkey, round_: Pubkey, commit: Pubkey, author: str, reviewer: str | None = None
    ) -> Instruction:
        """Take a commit into a round's set, with the review of one who approves it."""
        votes = [pda.review(commit, self.address(reviewer)), self.member(reviewer)] if reviewer else []
        return program.commit_accept(
            repository=self.repository,
            branch=branch,
            round=round_,
            commit=commit,
            member=self.member(author),
            previous=None,
            remaining=[AccountMeta(vote, False, False) for vote in votes],
        )

    def lock(self, branch: Pubkey, round_: Pubkey) -> Instruction:
        """Lock a round, by the owner."""
        return program.round_lock(
            authority=self.address("owner"),
            member=self.member("owner"),
            repository=self.repository,
            branch=branch,
            round=round_,
        )

    def weighing(self, round_: Pubkey, commits: list[Pubkey], weights: tuple[int, ...]) -> Instruction:
        """Write the keeper's weights, by the owner."""
        return program.weights_write(
            authority=self.address("owner"),
            member=self.member("owner"),
            repository=self.repository,
            round=round_,
            restart=False,
            weights=weights,
            remaining=[AccountMeta(commit, False, True) for commit in commits],
        )

    def begin(self, branch: Pubkey, round_: Pubkey) -> Instruction:
        """Begin the merge of a round that was locked at the branch's genesis, by the owner."""
        return program.merge_begin(
            payer=self.address("owner"),
            authority=self.address("owner"),
            repository=self.repository,
            round=round_,
            head=pda.genesis(branch),
            merge=pda.merge(round_),
        )

    def addition(self, round_: Pubkey, commits: list[Pubkey], expected: bytes) -> Instruction:
        """Add commits to the merge, claiming what the sum is."""
        return program.merge_add(
            round=round_,
            target=pda.merge(round_),
            chunk=0,
            expected=expected,
            remaining=[AccountMeta(commit, False, False) for commit in commits],
        )

    def finish(self, branch: Pubkey, round_: Pubkey, blob: Location | None = None) -> Instruction:
        """Move the head to the merge, by the owner, naming a blob or none."""
        place = blob or Location.none()
        return program.merge_finish(
            authority=self.address("owner"),
            member=self.member("owner") if blob else None,
            repository=self.repository,
            branch=branch,
            round=round_,
            merge=pda.merge(round_),
            blob_hash=place.id,
            location=types.BlobLocation(tag=int(place.tag), id=place.id),
        )

    async def submission(self, by: str, commit: Pubkey, unit: int, proof: UnitProof) -> Instruction:
        """Send a proof for a commit's unit, by its author, whatever it was made for."""
        state = await self.account(accounts.Commit, commit)
        return program.commit_prove(
            authority=self.address(by),
            member=self.member(by, state.repository),
            repository=state.repository,
            key=state.key,
            key_pin=pda.key_pin(state.repository, state.key),
            commit=commit,
            unit=unit,
            proof=proof.proof,
            point=proof.point,
            opening=proof.opening,
            p=proof.p,
            y=proof.y,
            norm=proof.norm,
        )
