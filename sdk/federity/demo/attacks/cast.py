"""Who is there to attack whom, and what they all have at hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import constants, types
from federity._native import ProvingKey, Srs, UnitProof
from federity.chain import pda
from federity.chain.base import Receipt
from federity.errors import NotFound
from federity.repository.ledger import query
from federity.session import Session
from federity.text import LAMPORTS
from federity.wallet import Wallet

Values = NDArray[np.int8]
FUNDS = 100 * LAMPORTS
UNIT = constants.UNIT_SMALL
ELEMENTS = 2 * UNIT
NOWHERE = types.BlobLocation(tag=0, id=bytes(32))
PEOPLE = ("owner", "twin", "ann", "bob", "reader", "stranger")


def rules(**changes: int) -> types.Rules:
    """Rules of an unprotected branch without a bound, except for `changes`."""
    plain: dict[str, int] = {
        "version": constants.RULES_VERSION,
        "protected": False,
        "min_level": 0,
        "weighting": constants.WEIGHTING_UNIFORM,
        "approvals": 0,
        "merge_approvals": 0,
        "allow_server": False,
        "allow_sealed": False,
        "rules_role": constants.ROLE_OWNER,
        "operate_role": constants.ROLE_MAINTAINER,
        "max_staleness": 0,
        "max_weight": constants.WEIGHT_ONE,
        "max_samples": (1 << 32) - 1,
        "norm_bound": (1 << 64) - 1,
        "propose_slots": 216_000,
        "review_slots": 216_000,
        "merge_slots": 216_000,
    }
    return types.Rules(**{**plain, **changes})  # type: ignore[arg-type]


def update(seed: int, elements: int = ELEMENTS) -> Values:
    """A small update, int8[elements], without a zero unit."""
    return np.random.default_rng(seed).integers(-20, 21, elements).astype(np.int8)


@dataclass
class Cast:
    """Wallets, the chain they act on, and the two repositories.

    `repository` is the owner's, `twin` another owner's of the same name; `honest` a commit with an unsent
    proof of its unit 0, once some attack needed it.
    """

    session: Session
    srs: Srs
    key: ProvingKey
    wallets: dict[str, Wallet]
    repository: Pubkey = field(default_factory=Pubkey.default)
    twin: Pubkey = field(default_factory=Pubkey.default)
    honest: tuple[Pubkey, UnitProof] | None = None
    branches: int = 0

    def address(self, name: str) -> Pubkey:
        """A person's wallet."""
        return self.wallets[name].pubkey

    def member(self, name: str, repository: Pubkey | None = None) -> Pubkey:
        """Where a person's membership is, or would be."""
        return pda.member(repository or self.repository, self.address(name))

    async def send(self, by: str, *instructions: Instruction) -> Receipt:
        """Send one transaction, signed and paid by a person. Raises ProgramError."""
        wallet = self.wallets[by]
        return await self.session.chain.send(list(instructions), payer=wallet, signers=[wallet])

    async def account(self, kind: type[query.R], address: Pubkey) -> query.R:
        """Read an account. Raises NotFound."""
        found = await query.load(self.session.chain, kind, address)
        if found is None:
            raise NotFound(f"There is no {kind.__name__} at {address}.")
        return found

    def point(self, values: Values) -> bytes:
        """The commitment of an update."""
        return _native.commit(self.srs, values, 0)
