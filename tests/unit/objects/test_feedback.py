"""What earlier deltas dropped is carried over, weighed against the change that training asks for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.contributor import Contributor
from federity.errors import ManifestMismatch, NonFiniteWeights, RangeError
from federity.objects import Accumulator, TensorSpec, manifest_of
from federity.objects.feedback import Last, Weights, asked_of, change_of, weights_of
from federity.objects.manifest import Manifest
from federity.objects.quantisation import quantise

MANIFEST = Manifest(
    (TensorSpec("a", (4,), "F32", "parameter", 0, 0), TensorSpec("b", (3,), "F32", "parameter", -2, 4))
)
HEAD = {"a": np.zeros(4, np.float32), "b": np.zeros(3, np.float32)}


def trained(a, b):
    return {"a": np.array(a, np.float32), "b": np.array(b, np.float32)}


def moved(*units):
    """Weights that have changed by so many units: a quarter of tensor b's values is one."""
    return trained(units[:4], np.array(units[4:]) / 4)


def last(residual, sent=(0,) * 7, asked=0.0):
    return Last(np.array(residual, np.float32), np.array(sent, np.int8), asked)


def test_a_first_change_is_sent_as_it_is():
    current = trained([0, 5, -3, 0], [1, 0, 0])
    assert weights_of(MANIFEST, current, HEAD, last([0] * 7)) == Weights(1, 1)
    assert change_of(MANIFEST, current, HEAD).tolist() == [0, 5, -3, 0, 4, 0, 0]


@pytest.mark.parametrize(
    ("again", "weights"),
    [
        (-3.0, Weights(0.5, 0.85)),
        (0.0, Weights(0.5, 0.85)),
        (0.5, Weights(0.5, 0.85)),
        (0.625, Weights(0.75, 0.9)),
        (0.75, Weights(1.0, 0.95)),
        (4.0, Weights(1.0, 0.95)),
    ],
)
def test_the_more_training_asks_for_again_the_more_is_carried(again, weights):
    """Two values were sent, 3 and -1 steps; training had asked for 8 and -8 units there, and asks again."""
    sent = [0, 3, 0, 0, -1, 0, 0]
    asked = asked_of(MANIFEST, np.array([0, 8, 0, 0, -8, 0, 0]), np.array(sent), slice(0, 7))
    assert asked == 32
    x = np.array([0, 8 * again, 0, 9, -8 * again, 0, 0])
    residual = np.zeros(7, np.float32)
    residual[2] = 1.5 * np.linalg.norm(x)
    found = weights_of(MANIFEST, moved(*x), HEAD, last(residual, sent, asked))
    assert (found.fresh, found.kept) == pytest.approx((weights.fresh, weights.kept))
    change = change_of(MANIFEST, moved(*x), HEAD, residual, weights=found)
    assert change == pytest.approx(weights.fresh * x + weights.kept * residual)


@pytest.mark.parametrize(
    ("owed", "weights"),
    [
        (0.001, Weights(1.0, 0.95)),
        (0.5, Weights(1.0, 0.95)),
        (0.75, Weights(0.75, 0.9)),
        (1.0, Weights(0.5, 0.85)),
        (3.0, Weights(0.5, 0.85)),
    ],
)
def test_where_little_was_dropped_a_change_counts_fully(owed, weights):
    """Of the changes 4 and 3 nothing was asked for before; the residual is `owed` times as large as they."""
    found = weights_of(MANIFEST, moved(4, 3, 0, 0, 0, 0, 0), HEAD, last([0, 0, 5 * owed, 0, 0, 0, 0]))
    assert (found.fresh, found.kept) == pytest.approx((weights.fresh, weights.kept))


@pytest.mark.parametrize("unknown", [last([9] * 7, asked=1.0), Last(np.full(7, 9, np.float32), None, 1.0)])
def test_without_a_delta_before_it_training_is_not_taken_to_press_on(unknown):
    found = weights_of(MANIFEST, moved(8, -8, 8, -8, 8, -8, 8), HEAD, unknown)
    assert (found.fresh, found.kept) == pytest.approx((0.5, 0.85))


def test_of_buffers_nothing_is_judged_or_carried():
    manifest = Manifest((*MANIFEST.tensors, TensorSpec("mean", (2,), "F32", "buffer", 0, 7)))
    head = HEAD | {"mean": np.zeros(2, np.float32)}
    current = moved(1, 0, 0, 0, 0, 0, 0) | {"mean": np.full(2, 5, np.float32)}
    assert asked_of(manifest, change_of(manifest, current, head), np.ones(9, np.int8), slice(0, 9)) == 1
    sent = Last(np.array([0, 1, 0, 0, 0, 0, 0, 7, 7], np.float32), np.eye(1, 9, dtype=np.int8)[0], 1.0)
    weights = weights_of(manifest, current, head, sent)
    parameters = {name: current[name] for name in HEAD}
    assert weights == weights_of(MANIFEST, parameters, HEAD, Last(sent.residual[:7], sent.sent[:7], 1.0))
    change = change_of(manifest, current, head, sent.residual, weights=weights)
    assert change[7:].tolist() == [5, 5]


def test_what_training_took_no_notice_of_is_carried_whole():
    untouched = trained([0, 0, 0, 0], [0, 0, 0])
    before = last(np.array([1, 0, 0, 2, 1, 1, 1]) / 32, [1] * 7, 3.0)
    weights = weights_of(MANIFEST, untouched, HEAD, before)
    found = change_of(MANIFEST, untouched, HEAD, before.residual, weights=weights)
    assert found.tolist() == before.residual.tolist()


@pytest.mark.parametrize(("again", "kept"), [(0.75, 1), (0.875, 0.5), (1.0, 0), (3.0, 0), (-1.0, 1)])
def test_what_training_asks_for_once_more_is_not_sent_twice(again, kept):
    residual = np.array([4, -4, 8, 0, 4, 0, 8], np.float32)
    weights = weights_of(MANIFEST, moved(*again * residual), HEAD, last(residual, [1] * 7, -1.0))
    assert weights.kept == pytest.approx(0.85 * kept)
    assert weights.fresh == pytest.approx(1 - kept / 2)


# The weights' own spread at the genesis is a 64th of a unit; seven values of that size are this long.
SPREAD = 7**0.5 / 64


@pytest.mark.parametrize(
    ("changed", "dropped", "astray"),
    [
        (1 / 1000, 100, True),
        (0, 100, True),
        # As large as a first training from scratch leaves it, before fine-tuning.
        (1 / 1000, 3.9, False),
        (1 / 1000, 4.1, True),
        # Large, but no larger than what adds up of such changes.
        (6, 100, False),
        (4.9, 100, True),
    ],
)
def test_a_residual_of_a_training_that_diverged_is_forgotten(changed, dropped, astray):
    """Lengths are in spreads of the weights; the residual and the change are of different elements."""
    x, r = np.zeros(7, np.float32), np.zeros(7, np.float32)
    x[0], r[3] = changed * SPREAD, dropped * SPREAD
    weights = weights_of(MANIFEST, moved(*x), HEAD, last(r))
    assert (weights == Weights(1, 0, astray=True)) is astray
    assert weights.astray is astray
    change = change_of(MANIFEST, moved(*x), HEAD, r, weights=weights)
    assert bool(change[3] == 0) is astray
    assert bool(change[0] == x[0]) is (astray or not changed)


@pytest.mark.parametrize("bits", [8, 4])
def test_one_exploded_change_does_not_move_the_head_in_calm_ones(bits):
    """Sent once, most of it was dropped; the next trainings are a thousandth of it."""
    rng = np.random.default_rng(3)
    base = {"w": rng.normal(0, 0.1, 2_000).astype(np.float32)}
    manifest = manifest_of(base, precision=bits - 1)
    person, head = Contributor(manifest), Accumulator.zero(manifest)
    exploded = {"w": base["w"] * np.float32(1000)}
    head = head.merged([(person.commit(exploded, base), 1 << 16)])
    for _ in range(3):
        start = head.weights(manifest, base)
        step = rng.normal(0, 0.002, 2_000).astype(np.float32)
        head = head.merged([(person.commit({"w": start["w"] + step}, start), 1 << 16)])
        assert np.linalg.norm(head.weights(manifest, base)["w"] - start["w"]) < 2 * np.linalg.norm(step)


@given(st.integers(0, 2**32), st.floats(0, 1), st.booleans(), st.integers(0, 7))
def test_no_sum_outgrows_the_changes_however_little_is_sent(seed, noise, reverse, places):
    """Error feedback as it is usual, `x + r`, grows without end here."""
    rng = np.random.default_rng(seed)
    asked, before = rng.normal(size=7), last([0] * 7)
    for turn in range(120):
        x = (1 - noise) * asked + noise * rng.normal(size=7)
        x *= (-1) ** (turn * reverse) / np.linalg.norm(x)
        current = moved(*x)
        weights = weights_of(MANIFEST, current, HEAD, before)
        change = change_of(MANIFEST, current, HEAD, before.residual, weights=weights)
        assert np.linalg.norm(change) <= 20.1
        # So little is sent that the sum does not feel it, but it is known what.
        sent = np.sign(change).astype(np.int8)
        sent[places:] = 0
        before = Last(change, sent, asked_of(MANIFEST, x, sent, slice(0, 7)))


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_part_of_the_change_is_that_part(seed, size):
    rng = np.random.default_rng(seed)
    current = trained(rng.normal(size=4), rng.normal(size=3))
    residual = rng.normal(size=7).astype(np.float32)
    weights = weights_of(MANIFEST, current, HEAD, last(residual))
    whole = change_of(MANIFEST, current, HEAD, residual, weights=weights)
    for start in range(0, 7, size):
        part = slice(start, min(7, start + size))
        assert np.array_equal(
            change_of(MANIFEST, current, HEAD, residual, part, weights=weights), whole[part]
        )


def missing(way, rule, noise=0.0, contributors=2, rounds=40):
    """What is missing of a goal (share of its energy) after some rounds, if training goes `way` of the rest.

    `rule` makes a new contributor of a manifest. Noise is in parts of the goal, anew in every training.
    """
    rng = np.random.default_rng(5)
    goal = {"w": rng.laplace(0, 0.05, 20_000).astype(np.float32)}
    base = {"w": np.zeros(20_000, np.float32)}
    manifest = manifest_of({"w": rng.normal(0, 0.1, 20_000).astype(np.float32)})
    head, people = Accumulator.zero(manifest), [rule(manifest) for _ in range(contributors)]
    for _ in range(rounds):
        start = head.weights(manifest, base)
        deltas = []
        for person in people:
            # Training goes part of the way, whatever was dropped before.
            strayed = rng.normal(0, noise * goal["w"].std(), 20_000).astype(np.float32)
            end = {"w": start["w"] + np.float32(way) * (goal["w"] - start["w"]) + strayed}
            deltas.append(person.commit(end, start))
        head = head.merged([(delta, (1 << 16) // contributors) for delta in deltas])
    left = np.square(goal["w"] - head.weights(manifest, base)["w"]).sum()
    return float(left / np.square(goal["w"]).sum())


class Carrying:
    """A contributor who carries a constant share of what was dropped, whatever training says."""

    def __init__(self, manifest, kept):
        self.manifest, self.kept, self.residual = manifest, kept, np.zeros(manifest.elements, np.float32)

    def commit(self, end, start):
        made = quantise(self.manifest, change_of(self.manifest, end, start) + self.kept * self.residual)
        self.residual = made.residual
        return made.delta


@pytest.mark.parametrize("way", [0.1, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("contributors", [1, 2])
def test_feedback_reaches_what_one_delta_cannot_send_however_far_training_goes(way, contributors):
    assert missing(way, Contributor, contributors=contributors) < 0.05


@pytest.mark.parametrize("way", [0.3, 1.0])
def test_noise_does_not_add_up(way):
    """Each training strays by half of the goal; kept whole, that is many times the goal in the end."""
    assert missing(way, Contributor, noise=0.5) < 0.3
    assert missing(1.0, Contributor, noise=0.5, contributors=1) < 1.2


def test_the_whole_residual_would_diverge_and_none_would_be_slow():
    """The two ends that the rule is between."""
    assert missing(0.3, lambda manifest: Carrying(manifest, 1.0)) > 1
    assert missing(1.0, lambda manifest: Carrying(manifest, 1.0)) > 100
    assert missing(0.1, lambda manifest: Carrying(manifest, 0.0)) > 0.25


@pytest.mark.parametrize("residual", [np.zeros(6, np.float32), np.full(7, np.nan, np.float32)])
def test_a_residual_of_another_model_is_refused(residual):
    with pytest.raises(RangeError, match="residual"):
        weights_of(MANIFEST, trained([1] * 4, [1] * 3), HEAD, Last(residual, None, 0.0))


def test_weights_that_cannot_be_sent_are_refused():
    with pytest.raises(NonFiniteWeights, match="'b'"):
        weights_of(MANIFEST, trained([1] * 4, [np.inf] * 3), HEAD, last([0] * 7))
    with pytest.raises(ManifestMismatch):
        weights_of(MANIFEST, {"a": HEAD["a"]}, HEAD, last([0] * 7))
