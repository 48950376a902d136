"""Nothing is paid that was not shown and agreed to."""

import argparse
import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from federity.cli.invocation import Invocation
from federity.cli.output import Console
from federity.cli.refused import Refused
from federity.errors import InsufficientFunds
from federity.keypairs import KeypairFile
from federity.repository.reports import Cost, TransactionReport
from federity.wallet import Wallet

PRICE = Cost(transactions=2, fees=10_000, rent=2_000_000)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Verb:
    """Remembers how it was called."""

    calls: list[bool] = field(default_factory=list)

    async def __call__(self, dry_run: bool) -> TransactionReport:
        self.calls.append(dry_run)
        return TransactionReport("added", "somebody", (), PRICE)


def invocation(*, answer: str | None = None, yes: bool = False, dry_run: bool = False) -> Invocation:
    """`answer` is what a person at a terminal types; None is nobody at all."""
    stream = io.StringIO if answer is None else Terminal
    console = Console(out=io.StringIO(), err=stream(), stdin=stream(answer or ""))
    return Invocation(argparse.Namespace(yes=yes, dry_run=dry_run), console)


async def test_yes_pays_at_once() -> None:
    verb = Verb()
    await invocation(yes=True).pay("Adding", verb)
    assert verb.calls == [False]


async def test_a_dry_run_pays_nothing_even_with_yes() -> None:
    verb = Verb()
    await invocation(yes=True, dry_run=True).pay("Adding", verb)
    assert verb.calls == [True]


async def test_a_person_is_shown_the_price_and_agrees() -> None:
    verb = Verb()
    asked = invocation(answer="y\n")
    await asked.pay("Adding", verb)
    assert verb.calls == [True, False]
    assert isinstance(asked.console.err, io.StringIO)
    assert f"Adding: {PRICE}. Go on? [y/N]" in asked.console.err.getvalue()


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
async def test_a_person_who_does_not_agree_pays_nothing(answer: str) -> None:
    verb = Verb()
    with pytest.raises(Refused, match="nothing was sent"):
        await invocation(answer=answer).pay("Adding", verb)
    assert verb.calls == [True]


class Acting:
    """As much of a session as a question needs."""

    reaches = True

    def __init__(self, lamports: int) -> None:
        self.wallet = self.payer = Wallet.generate()
        self.wallet_file = self.payer_file = KeypairFile(Path("/bob.json"), "this working copy")
        self.chain = self
        self.lamports = lamports

    async def balance(self, _: object) -> int:
        return self.lamports


async def test_a_person_is_told_who_signs_before_the_question() -> None:
    asked = invocation(answer="y\n")
    asked.acting = acting = Acting(10**9)  # type: ignore[assignment]
    report = await asked.pay("Adding", Verb())
    said = asked.console.err.getvalue()  # type: ignore[attr-defined]
    assert said.index(f"{acting.wallet.pubkey} (/bob.json, from this working copy)") < said.index("Go on?")
    result = asked.priced(report, {"a": 1}, "text")
    party = {"address": str(acting.wallet.pubkey), "keypair": "/bob.json", "from": "this working copy"}
    assert result.document == {"a": 1, "signer": party, "payer": {**party, "lamports": 10**9}}


async def test_a_person_who_cannot_pay_is_not_asked() -> None:
    verb, asked = Verb(), invocation(answer="y\n")
    asked.acting = acting = Acting(5000)  # type: ignore[assignment]
    with pytest.raises(InsufficientFunds, match=f"costs 0.00201 SOL; {acting.payer.pubkey} has 0.000005 SOL"):
        await asked.pay("Adding", verb)
    assert verb.calls == [True]


async def test_nobody_to_ask_is_a_refusal() -> None:
    verb = Verb()
    with pytest.raises(Refused, match="--yes"):
        await invocation().pay("Adding", verb)
    assert verb.calls == []


def test_a_price_in_words() -> None:
    assert str(PRICE) == "2 transactions, 0.00001 SOL fees, 0.002 SOL rent"
    busy = "1 transaction, 0.00001 SOL fees (0.000005 SOL of them for priority)"
    assert str(Cost(transactions=1, fees=10_000, priority=5_000)) == busy
    assert str(Cost(transactions=1, uploaded_bytes=1200)) == "1 transaction, 0 SOL fees, 1.2 kB uploaded"
