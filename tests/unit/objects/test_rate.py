"""The choice of steps: what it weighs, and that it is the best of what it may choose."""

import numpy as np
import pytest

from federity.objects.rate import SAMPLE, Step, around, choose, sorted_sample, steps

RNG = np.random.default_rng(3)
CHANGE = RNG.laplace(0, 0.02, 30_000).astype(np.float32)


def lost(step, threshold, precision):
    sent = np.where(np.abs(CHANGE) >= np.float32(threshold), CHANGE, 0)
    values = np.clip(np.rint(sent / step.size(precision)), -step.levels(precision), step.levels(precision))
    return float(np.square(CHANGE - values * step.size(precision)).sum())


@pytest.mark.parametrize("precision", [3, 7])
@pytest.mark.parametrize("bits", [0.2, 0.45, 2.0])
def test_the_best_of_the_candidates_is_chosen(precision, bits):
    magnitudes = sorted_sample(CHANGE)
    every = list(steps(precision, 8))
    best = choose(magnitudes, every, precision=precision, share=1.0, bits=bits)
    single = [choose(magnitudes, [step], precision=precision, share=1.0, bits=bits) for step in every]
    losses = [lost(choice.step, choice.threshold, precision) for choice in single]
    assert lost(best.step, best.threshold, precision) == pytest.approx(min(losses))


def test_more_bits_never_lose_more():
    magnitudes = sorted_sample(CHANGE)
    choices = [choose(magnitudes, steps(7, 8), precision=7, share=1.0, bits=b) for b in (0.1, 0.3, 1, 3)]
    losses = [lost(choice.step, choice.threshold, 7) for choice in choices]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("precision", [3, 7])
@pytest.mark.parametrize("finest", [0, 4, 8])
def test_steps_around_a_choice_are_near_it_and_need_no_finer_shift(precision, finest):
    for bits in (0.2, 0.45, 2.0):
        magnitudes = sorted_sample(CHANGE)
        rough = choose(magnitudes, steps(precision, finest), precision=precision, share=1.0, bits=bits)
        near = list(around(rough, float(magnitudes[0]), precision, finest))
        assert near[0] == rough.step
        assert len(set(near)) == len(near)
        assert all(0 <= step.shift <= finest and step.levels(precision) >= 1 for step in near)
        size, levels = rough.step.size(precision), rough.step.levels(precision)
        least = size * min(max(round(rough.threshold / size), 1), levels)
        # A multiple of 1 is up to half a step away from what was looked for.
        assert all(0.15 < step.size(precision) / least < 3 for step in near[1:])


@pytest.mark.parametrize("spread", [0.0003, 0.001, 0.004, 0.02])
def test_steps_between_the_powers_of_two_lose_less(spread):
    """A power of two may be far from the best step, or one whose values are all cut to the last level."""
    magnitudes = sorted_sample(RNG.normal(0, spread, 30_000).astype(np.float32))

    def loss(found):
        size, k = found.step.size(7), round(found.share * len(magnitudes))
        values = size * np.minimum(np.rint(magnitudes[:k] / size), found.step.levels(7))
        return float(np.square(magnitudes[:k] - values).sum() + np.square(magnitudes[k:]).sum())

    rough = choose(magnitudes, steps(7, 8), precision=7, share=1.0, bits=0.4)
    near = around(rough, float(magnitudes[0]), 7, 8)
    fine = choose(magnitudes, near, precision=7, share=1.0, bits=0.4)
    total = float(np.square(magnitudes).sum())
    # Shannon's bound for a Gaussian is 2^(-2 bits); steps and an entropy coder come within this much of it.
    assert loss(fine) <= loss(rough)
    assert loss(fine) / total < 2 ** (-2 * 0.4) + 0.12


def test_a_step_leaves_values_within_the_range():
    assert [Step(0, multiple).levels(7) for multiple in (1, 2, 16, 127, 128)] == [127, 63, 7, 1, 0]
    assert [Step(0, multiple).levels(3) for multiple in (1, 2, 3, 7)] == [7, 3, 2, 1]


def test_the_share_and_one_element_at_least():
    magnitudes = sorted_sample(CHANGE)
    assert choose(magnitudes, steps(7, 8), precision=7, share=0.01, bits=9).share <= 0.01
    one = choose(magnitudes, steps(7, 8), precision=7, share=1.0, bits=1e-9)
    assert one.share == 1 / len(magnitudes)
    assert one.threshold == magnitudes[0]


def test_nothing_to_choose_from():
    nothing = choose(sorted_sample(np.zeros(0, np.float32)), steps(7, 8), precision=7, share=1.0, bits=1)
    assert nothing.step == Step(8, 1)
    with pytest.raises(ValueError, match="no step"):
        choose(sorted_sample(CHANGE), [Step(0, 200)], precision=7, share=1.0, bits=1)


def test_a_sample_is_bounded_whatever_the_size():
    assert len(sorted_sample(np.ones(10 * SAMPLE + 3, np.float32))) < 2 * SAMPLE
