"""Nothing is paid that was not shown and agreed to."""

import argparse
import io
from dataclasses import dataclass, field

import pytest

from federity.cli.failures import Refused
from federity.cli.invocation import Invocation, describe
from federity.cli.output import Console
from federity.repository.reports import Cost, TransactionReport

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
    assert f"Adding: {describe(PRICE)}. Go on? [y/N]" in asked.console.err.getvalue()


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
async def test_a_person_who_does_not_agree_pays_nothing(answer: str) -> None:
    verb = Verb()
    with pytest.raises(Refused, match="nothing was sent"):
        await invocation(answer=answer).pay("Adding", verb)
    assert verb.calls == [True]


async def test_nobody_to_ask_is_a_refusal() -> None:
    verb = Verb()
    with pytest.raises(Refused, match="--yes"):
        await invocation().pay("Adding", verb)
    assert verb.calls == []


def test_a_price_in_words() -> None:
    assert describe(PRICE) == "2 transactions, 0.00001 SOL fees, 0.002 SOL rent"
    busy = "1 transaction, 0.00001 SOL fees (0.000005 SOL of them for priority)"
    assert describe(Cost(transactions=1, fees=10_000, priority=5_000)) == busy
    assert describe(Cost(transactions=1, uploaded_bytes=1200)) == "1 transaction, 0 SOL fees, 1.2 kB uploaded"
