"""The demo with its blobs on a double of Arweave: what `make demo-arweave` plays, one round of it."""

from pathlib import Path

import pytest

from support.arweave_demo import perform

pytestmark = [pytest.mark.svm, pytest.mark.prover, pytest.mark.soak]


async def test_a_round_comes_back_from_arweave_alone(tmp_path: Path) -> None:
    # A base, the deltas of three contributors, and the head that their keeper names.
    count, size = await perform(tmp_path, 1)
    assert count == 5 and size > 0
