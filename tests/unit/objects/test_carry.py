"""Deltas far smaller than the changes add up to what training leads to, however far it goes in a round."""

import numpy as np
import pytest

from federity.errors import ManifestMismatch, NonFiniteWeights
from federity.objects import Accumulator, TensorSpec, manifest_of
from federity.objects.carry import LARGEST, Asked, Sent, carry_of
from federity.objects.manifest import Manifest
from federity.objects.quantisation import change_of, quantise

MANIFEST = Manifest(
    (TensorSpec("m", (2,), "F32", "buffer", 0, 0), TensorSpec("w", (4,), "F32", "parameter", 0, 2))
)
HEAD = {"m": np.zeros(2, np.float32), "w": np.zeros(4, np.float32)}
SENT = np.array([100, 100, 64, -64, 0, 0], np.int8)


def last(asked, shift=0):
    return Sent(np.ones(6, np.float32), SENT, shift, asked)


def trained(w):
    return {"m": np.full(2, 7, np.float32), "w": np.array(w, np.float32)}


@pytest.mark.parametrize(
    ("again", "share"),
    [(0.0, 0.0), (0.25, 0.25), (0.5, 0.5), (1.0, LARGEST), (-0.5, 0.0), (3.0, LARGEST)],
)
def test_what_training_asks_for_again_is_the_share_that_is_carried(again, share):
    """64 at shift 0 is half a unit. Neither statistics nor what was not sent count."""
    current = trained([0.5 * again, -0.5 * again, 9, -9])
    assert carry_of(MANIFEST, current, HEAD, last(1.0)) == pytest.approx(share)


def test_what_was_sent_beyond_what_training_had_asked_for_is_no_response():
    """Of what was sent training had asked for a third, the rest was carried; it still asks for as much."""
    current = trained([0.5 / 3, -0.5 / 3, 0, 0])
    assert carry_of(MANIFEST, current, HEAD, last(1 / 3)) == LARGEST


def test_a_training_that_took_no_notice_leaves_all_of_it_to_be_sent():
    assert carry_of(MANIFEST, HEAD, HEAD, last(1.0)) == 1
    barely = {"m": HEAD["m"], "w": np.array([0, 0, 0.2, 0], np.float32)}
    assert carry_of(MANIFEST, barely, HEAD, last(1.0)) == 1
    noticed = {"m": HEAD["m"], "w": np.array([0, 0, 0.3, 0], np.float32)}
    assert carry_of(MANIFEST, noticed, HEAD, last(1.0)) == 0


def test_a_finer_shift_is_a_smaller_step():
    assert carry_of(MANIFEST, trained([0.125, -0.125, 0, 0]), HEAD, last(1.0, shift=1)) == pytest.approx(0.5)


def test_of_nothing_sent_nothing_was_asked():
    asked = Asked(MANIFEST, 0)
    asked.add(slice(0, 6), np.ones(6, np.float32), np.array([5, 5, 0, 0, 0, 0], np.int8))
    assert asked.share == 0


def test_parts_add_up():
    fresh = np.arange(6, dtype=np.float32)
    whole, parts = Asked(MANIFEST, 3), Asked(MANIFEST, 3)
    whole.add(slice(0, 6), fresh, SENT)
    for part in (slice(0, 3), slice(3, 4), slice(4, 6)):
        parts.add(part, fresh[part], SENT[part])
    assert parts.share == pytest.approx(whole.share)


def rounds(share, precision, carry=None, count=60, taken=lambda index: True):
    """Return what is missing of a goal, as a share of its energy, after each round of one coarse delta."""
    rng = np.random.default_rng(5)
    base = {"w": rng.normal(0, 0.1, 20_000).astype(np.float32)}
    way = rng.laplace(0, 0.05, 20_000).astype(np.float32)
    goal = base["w"] + way
    manifest = manifest_of(base, precision=precision)
    head, left, missing = Accumulator.zero(manifest), None, []
    for index in range(count):
        start = head.weights(manifest, base)
        end = {"w": start["w"] + np.float32(share) * (goal - start["w"])}
        added = 0.0 if left is None else carry_of(manifest, end, start, left) if carry is None else carry
        found = quantise(manifest, change_of(manifest, end, start, left and left.dropped, carry=added))
        if taken(index):
            asked = Asked(manifest, found.delta.shift)
            asked.add(slice(0, 20_000), change_of(manifest, end, start), found.delta.values)
            left = Sent(found.residual, found.delta.values, found.delta.shift, asked.share)
            head = head.merged([(found.delta, 1 << 16)])
        gap = goal - head.weights(manifest, base)["w"]
        missing.append(float(np.square(gap).sum() / np.square(way).sum()))
    return missing


@pytest.mark.parametrize("precision", [7, 3])
@pytest.mark.parametrize(("share", "most"), [(0.05, 0.03), (0.2, 0.001), (0.5, 0.001), (1.0, 0.001)])
def test_a_goal_is_reached_whatever_share_of_the_way_training_goes(share, most, precision):
    assert rounds(share, precision)[-1] < most


def test_to_carry_all_of_it_overshoots_without_end_where_training_goes_far():
    """Error feedback as it is for gradients: what the rule stands against does happen."""
    assert rounds(0.05, 7, carry=1.0)[-1] < 0.01
    assert rounds(0.5, 7, carry=1.0)[-1] > 1


def test_to_carry_nothing_is_slow_where_training_goes_a_little_of_the_way():
    assert rounds(0.05, 7, carry=0.0)[-1] > 2 * rounds(0.05, 7)[-1]


def test_rounds_that_take_no_commit_do_no_harm():
    """What a commit of weight 0 dropped is not kept: who trains from the same head has all of it anew."""
    assert rounds(0.5, 7, taken=lambda index: index % 3 == 2)[-1] < 0.01


def test_weights_that_cannot_be_sent_are_refused():
    with pytest.raises(NonFiniteWeights, match="'w'"):
        carry_of(MANIFEST, trained([1, 1, np.nan, 1]), HEAD, last(1.0))
    with pytest.raises(ManifestMismatch):
        carry_of(MANIFEST, {"w": HEAD["w"]}, HEAD, last(1.0))
