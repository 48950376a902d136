"""Steps packed into as few transactions as fit, sent or priced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity.chain.base import PACKET_BYTES
from federity.chain.transaction import compile_message, unsigned
from federity.errors import InsufficientFunds, TransactionRefused
from federity.progress import each
from federity.repository.reports import Cost, TransactionReport
from federity.text import sol

if TYPE_CHECKING:
    from federity.chain.base import Receipt
    from federity.session import Session

SIGNATURE_FEE = 5000
# The instruction that raises the compute limit, with its program's address: kept free in every packed
# transaction; and in one of several steps, the instruction that sets a price for priority.
BUDGET_BYTES = 32 + 10
PRICE_BYTES = 12
# A transaction may spend 1.4 M compute units; a proof takes the most of any instruction.
MAX_UNITS = 1_300_000


@dataclass(frozen=True)
class Step:
    """One instruction, the sizes of the accounts it creates, and about the compute units it takes."""

    instruction: Instruction
    creates: tuple[int, ...] = ()
    units: int = 60_000


@dataclass(frozen=True)
class Sent:
    """What a run of steps did."""

    receipts: tuple[Receipt, ...]
    cost: Cost

    def report(self, action: str, subject: str) -> TransactionReport:
        """Say it as the answer of a verb."""
        signatures = tuple(str(receipt.signature) for receipt in self.receipts if receipt.signature)
        return TransactionReport(action, subject, signatures, self.cost)


def pack(steps: Sequence[Step], payer: Pubkey) -> list[list[Step]]:
    """Cut steps, in order, into transactions that fit 1,232 bytes and the compute limit.

    Raises TransactionRefused when a single step does not fit.
    """
    packed: list[list[Step]] = []
    for step in steps:
        if packed and _fits([*packed[-1], step], payer):
            packed[-1].append(step)
        elif _fits([step], payer):
            packed.append([step])
        else:
            raise TransactionRefused("TooLarge", "An instruction does not fit into a transaction.")
    return packed


def _fits(steps: Sequence[Step], payer: Pubkey) -> bool:
    if sum(step.units for step in steps) > MAX_UNITS:
        return False
    message = compile_message([step.instruction for step in steps], payer, Hash.default())
    spare = BUDGET_BYTES if len(steps) == 1 else BUDGET_BYTES + PRICE_BYTES
    return len(bytes(unsigned(message))) + spare <= PACKET_BYTES


def signatures(steps: Sequence[Step], payer: Pubkey) -> int:
    """How many signatures a transaction of these steps carries."""
    signers = {meta.pubkey for step in steps for meta in step.instruction.accounts if meta.is_signer}
    return len(signers | {payer})


async def price(session: Session, steps: Sequence[Step]) -> Cost:
    """What sending would cost, without sending: fees, rent and an estimate of compute units."""
    payer = session.payer.pubkey
    packed = pack(steps, payer)
    priority = 0
    for group in packed:
        instructions, units = [step.instruction for step in group], sum(step.units for step in group)
        priority += await session.chain.priority_fee(instructions, payer, units)
    return Cost(
        transactions=len(packed),
        compute_units=sum(step.units for step in steps),
        fees=SIGNATURE_FEE * sum(signatures(group, payer) for group in packed) + priority,
        rent=await _rent(session, steps),
        priority=priority,
    )


async def send(session: Session, steps: Sequence[Step]) -> Sent:
    """Send steps in order. Raises what `ChainClient.send` raises; transactions before the refused one stay
    sent.
    """
    receipts = []
    cost = Cost()
    for group in each("sending", pack(steps, session.payer.pubkey), "transactions"):
        try:
            receipt = await session.chain.send(
                [step.instruction for step in group], payer=session.payer, signers=[session.wallet]
            )
        except InsufficientFunds as error:
            raise await _named(session, error) from error
        receipts.append(receipt)
        base = SIGNATURE_FEE * signatures(group, session.payer.pubkey)
        cost += Cost(
            transactions=1,
            compute_units=receipt.compute_units,
            fees=receipt.fee,
            rent=await _rent(session, group),
            priority=max(0, receipt.fee - base),
        )
    return Sent(tuple(receipts), cost)


async def run(session: Session, steps: Sequence[Step], dry_run: bool) -> Sent:
    """Send steps or, in a dry run, only price them."""
    return Sent((), await price(session, steps)) if dry_run else await send(session, steps)


async def _named(session: Session, error: InsufficientFunds) -> InsufficientFunds:
    """The error with the wallet that it is about, which the chain does not say."""
    payer = session.payer.pubkey
    has = sol(await session.chain.balance(payer))
    return InsufficientFunds(f"{error.sentence} It is {payer}, which has {has}.", hint=error.hint)


async def _rent(session: Session, steps: Sequence[Step]) -> int:
    sizes = [size for step in steps for size in step.creates]
    known = {size: await session.chain.rent(size) for size in set(sizes)}
    return sum(known[size] for size in sizes)
