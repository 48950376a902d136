"""What a keeper needs before it can work: its branch, a role, money, and a measure that measures.

Looked at when it starts, by `federity-keeper check`, and again after each failure, so that what an owner puts
right later is noticed without a restart.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity._generated.constants import ROLE_KEEPER
from federity.config import EMBEDDED
from federity.errors import ConfigError, FederityError, InsufficientFunds, NotAMember
from federity.repository.ledger import heads
from federity.repository.ledger.roles import NAMES
from federity.repository.ledger.weights import weights_of
from federity.text import sol

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace
    from federity_keeper.config import Config
    from federity_keeper.evaluation import Evaluator

__all__ = ["Finding", "findings"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `subject` is `branch`, `role`, `balance` or `evaluator`.

    `error` is what keeps the keeper from working, None when it is as it should be; `found` is what there is.
    `number` is the balance in lamports.
    """

    subject: str
    found: str = ""
    error: FederityError | None = None
    number: int | None = None


async def findings(
    workspace: Workspace, config: Config, evaluator: Evaluator | None
) -> AsyncIterator[Finding]:
    """Look at each thing in turn. Raises ChainUnavailable, WalletError: then nothing is known."""
    yield await _branch(workspace)
    yield await _role(workspace)
    yield await _balance(workspace, config)
    if evaluator is not None:
        yield await _evaluator(workspace, config, evaluator)


async def _branch(workspace: Workspace) -> Finding:
    name = workspace.worktree.config().branch
    branch = await workspace.branch_state()
    rules = branch.rules
    asks = f", {rules.approvals} approvals" if rules.approvals else ""
    protected = "protected" if rules.protected else "not protected"
    return Finding("branch", f"{name} at head {branch.head_seq}, {protected}{asks}")


async def _role(workspace: Workspace) -> Finding:
    wallet = str(workspace.session.wallet.pubkey)
    try:
        _, member = await workspace.member()
    except NotAMember as error:
        return Finding("role", "none", _unfit(wallet, "no member", "add", error))
    role = NAMES.get(member.role, str(member.role))
    if member.role < ROLE_KEEPER:
        return Finding("role", role, _unfit(str(member.wallet), f"only a {role}", "set-role", None))
    return Finding("role", role)


def _unfit(wallet: str, what: str, verb: str, cause: Exception | None) -> NotAMember:
    error = NotAMember(
        f"The keeper's wallet {wallet} is {what} of the repository.",
        hint=f"The owner gives it the role: federity member {verb} {wallet} --role keeper",
    )
    error.__cause__ = cause
    return error


async def _balance(workspace: Workspace, config: Config) -> Finding:
    session = workspace.session
    payer = session.payer.pubkey
    balance = await session.chain.balance(payer)
    found = sol(balance)
    if balance >= config.least_balance:
        return Finding("balance", found, number=balance)
    hint = f"Send {sol(config.least_balance - balance)} or more to {payer}"
    if session.url == EMBEDDED:
        hint += ": on the embedded chain, `federity key airdrop 1` with its keypair"
    error = InsufficientFunds(
        f"The keeper's wallet {payer} has {found} and should have {sol(config.least_balance)} at least.",
        hint=f"{hint}.",
    )
    return Finding("balance", found, error, balance)


async def _evaluator(workspace: Workspace, config: Config, evaluator: Evaluator) -> Finding:
    branch = await workspace.branch_state()
    head = await heads.accumulator(workspace, branch.head, heads.Fetch())
    try:
        figure = await asyncio.to_thread(evaluator, await weights_of(workspace, head))
        if not math.isfinite(figure):
            raise ConfigError(f"The evaluator {config.evaluator!r} gives {figure} for the head.")
    except ConfigError as error:
        return Finding("evaluator", "fails on the head", error)
    return Finding("evaluator", f"{figure:.4f} for the head")
