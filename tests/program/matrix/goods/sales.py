"""Sales, in repositories of their own."""

from collections.abc import Callable

from solders.pubkey import Pubkey

from federity.chain import pda
from program.matrix.cast import LONG
from program.matrix.goods.nfts import elsewhere, pushed
from program.matrix.goods.registry import good
from program.matrix.stage import ALICE, NEWCOMER, STRANGER, Stage
from program.selling import PRICE, buy, cancel, claim_share, list_, sweep
from program.tokens import mint_repository
from program.world import g1


def sold(s: Stage, price: int = PRICE) -> list[Pubkey]:
    """A sale of which two updates of alice's have earned the same; the updates."""
    # A wallet takes no payment below what an account must hold.
    s.svm.airdrop(ALICE.pubkey(), 10**9)
    mint_repository(s)
    first, _ = pushed(s)
    second = pda.commit(s.account(s.push(ALICE, g1(3))).round, ALICE.pubkey())
    list_(s, price=price, slots=LONG)
    buy(s, NEWCOMER, highest=price)
    return [first, second]


@good("sale_list")
def by_its_owner(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "listed"):
        mint_repository(s)
        call = s.captured(lambda: list_(s, slots=LONG))
    return lambda: s.send(call, signers=[s.owner])


@good("sale_buy")
def by_anybody_else(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "bought"):
        mint_repository(s)
        pushed(s)
        list_(s, slots=LONG)
        call = s.captured(lambda: buy(s, NEWCOMER))
    return lambda: s.send(call, signers=[NEWCOMER])


@good("sale_cancel")
def by_its_seller(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "cancelled"):
        mint_repository(s)
        list_(s, slots=LONG)
        call = s.captured(lambda: cancel(s, s.owner))
    return lambda: s.send(call, signers=[s.owner])


@good("sale_cancel")
def that_is_past_by_anybody(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "overdue"):
        mint_repository(s)
        list_(s, slots=4)
        call = s.captured(lambda: cancel(s, STRANGER))
    return lambda: s.send(call, signers=[STRANGER])


@good("sale_claim")
def of_an_update_that_earned(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "shared"):
        update, _ = sold(s)
        call = s.captured(lambda: claim_share(s, update))
    return lambda: s.send(call)


@good("sale_sweep")
def of_what_was_rounded_away(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "swept"):
        # Three and a half each.
        for update in sold(s, price=7):
            claim_share(s, update)
        call = s.captured(lambda: sweep(s, s.branch))
    return lambda: s.send(call)
