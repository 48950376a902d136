"""Weights that a keeper proposes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from federity_keeper.policy import STRATEGIES, Policy, Share, weights

SHARES = st.lists(
    st.builds(Share, st.integers(0, 2**32 - 1), st.integers(0, 2**60), st.booleans()), min_size=1, max_size=40
)


@given(
    SHARES,
    st.sampled_from(STRATEGIES),
    st.integers(1, 65536),
    st.integers(1, 65536),
    st.integers(0, 2**60),
)
def test_weights_are_what_the_program_takes(
    shares: list[Share], strategy: str, cap: int, own_cap: int, clip: int
) -> None:
    found = weights(shares, Policy(strategy=strategy, max_weight=own_cap, clip_norm=clip), cap)
    assert len(found) == len(shares)
    assert sum(found) <= 65536
    assert all(0 <= weight <= min(cap, own_cap) for weight in found)
    assert all(weight == 0 for weight, share in zip(found, shares, strict=True) if not share.trusted)


def test_uniform_shares_alike_among_the_trusted() -> None:
    shares = [Share(1, 0, True), Share(100, 0, False), Share(3, 0, True)]
    assert weights(shares, Policy(), 65536) == [32768, 0, 32768]


def test_samples_are_capped() -> None:
    shares = [Share(900, 0, True), Share(100, 0, True)]
    assert weights(shares, Policy(strategy="samples", max_weight=40000), 65536) == [40000, 6553]


def test_a_long_vector_is_shrunk_to_the_clip() -> None:
    shares = [Share(1, 400, True), Share(1, 100, True)]
    assert weights(shares, Policy(strategy="clipped", clip_norm=100), 65536) == [16384, 32768]
