"""Sums are spelled as the program takes them."""

from __future__ import annotations

from solders.pubkey import Pubkey

from federity.objects.operation import Term
from federity.repository.ledger import sums

HEAD, COMMIT, PARENT = (Pubkey.from_bytes(bytes([n]) * 32) for n in (1, 2, 3))


def test_a_genesis_that_is_paired_with_none_is_left_out() -> None:
    picked = sums.counted(sums.with_change(HEAD, COMMIT, PARENT), {HEAD})
    assert {term.commit: term.factor for term in picked.terms} == {bytes(COMMIT): 1, bytes(PARENT): -1}
    update = sums.counted(sums.with_update(HEAD, COMMIT, 65536, "pick"), {HEAD})
    assert update.terms == (Term(bytes(COMMIT), 65536),)


def test_a_genesis_stays_alone_and_beside_what_it_is_paired_with() -> None:
    assert sums.counted(sums.alone(HEAD, "reset"), {HEAD}) == sums.alone(HEAD, "reset")
    picked = sums.with_change(HEAD, COMMIT, PARENT)
    assert sums.counted(picked, {PARENT}) == picked
