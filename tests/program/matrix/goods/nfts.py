"""NFTs, in repositories of their own: one that has an NFT is offered to nobody any more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from solders.pubkey import Pubkey

from federity._generated.constants import ROLE_CONTRIBUTOR
from federity.chain import pda
from program import operations as o
from program.matrix.goods.registry import good
from program.matrix.stage import ALICE, NEWCOMER, Stage
from program.tokens import claim, mint_commit, mint_repository, transfer
from program.world import g1


@contextmanager
def elsewhere(s: Stage, name: str) -> Iterator[None]:
    """Another repository of the owner's, with a branch."""
    before = s.repository, s.branch
    s.create_repository(name)
    s.repository = pda.repository(s.owner.pubkey(), name)
    try:
        s.fresh()
        yield
    finally:
        s.repository, s.branch = before


def pushed(s: Stage) -> tuple[Pubkey, Pubkey]:
    """A merged update of alice's, and its round."""
    s.invite(ALICE, ROLE_CONTRIBUTOR)
    round_ = s.account(s.push(ALICE, g1(2))).round
    return pda.commit(round_, ALICE.pubkey()), round_


@good("nft_mint_repository")
def its_own(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "minted"):
        call = s.captured(lambda: mint_repository(s))
    return lambda: s.send(call, signers=[s.owner])


@good("nft_mint_commit")
def of_an_update(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "minted-update"):
        mint_repository(s)
        update, round_ = pushed(s)
        call = s.captured(lambda: mint_commit(s, update, ALICE, round_=round_))
    return lambda: s.send(call, signers=[ALICE])


@good("nft_mint_commit")
def of_an_operation(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "minted-operation"):
        mint_repository(s)
        genesis = s.account(s.branch).fork_point
        pushed(s)
        made = o.create(s, s.owner, [o.term(genesis)])
        o.finish(s, made, s.owner)
        call = s.captured(lambda: mint_commit(s, made.result, s.owner))
    return lambda: s.send(call, signers=[s.owner])


@good("repository_claim")
def by_the_holder(s: Stage) -> Callable[[], object]:
    with elsewhere(s, "claimed"):
        mint_repository(s)
        transfer(s, pda.mint(s.repository), s.owner, NEWCOMER.pubkey())
        call = s.captured(lambda: claim(s, NEWCOMER))
    return lambda: s.send(call, signers=[NEWCOMER])
