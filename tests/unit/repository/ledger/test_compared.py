"""What one model has of another, tensor by tensor."""

import numpy as np
import pytest

from federity.objects.tensors import LazyTensor, Tensor
from federity.repository.ledger.compared import compared


def lazy(array: np.ndarray) -> LazyTensor:
    flat = array.reshape(-1)
    return LazyTensor(array.shape, array.dtype, lambda part: flat[part])


def test_each_tensor_is_named_once() -> None:
    before: dict[str, Tensor] = {
        "a.same": np.ones((2, 3), np.float32),
        "b.changed": np.zeros(4, np.float32),
        "c.reshaped": np.zeros((2, 2), np.float32),
        "d.narrower": np.zeros(2, np.float64),
        "e.dropped": np.zeros(1, np.float32),
    }
    after: dict[str, Tensor] = {
        "a.same": lazy(np.ones((2, 3), np.float32)),
        "b.changed": np.array([0, 0, 0, 1e-30], np.float32),
        "c.reshaped": np.zeros((4,), np.float32),
        "d.narrower": np.zeros(2, np.float32),
        "f.added": np.zeros((), np.float32),
    }
    found = compared(before, after)
    assert (found.carried, found.changed) == (("a.same",), ("b.changed",))
    assert found.reshaped == ("c.reshaped", "d.narrower")
    assert (found.added, found.dropped) == (("f.added",), ("e.dropped",))
    assert (
        found.sentence
        == "1 of 5 tensors carry over to the bit, 1 with other values, 2 of another shape, 1 new, 1 dropped"
    )


@pytest.mark.parametrize("value", [-0.0, np.float32("nan")])
def test_bits_count_and_not_what_compares_equal(value: float) -> None:
    zero, other = np.zeros(3, np.float32), np.array([0, 0, value], np.float32)
    assert compared({"w": zero}, {"w": other}).changed == ("w",)
    assert compared({"w": other}, {"w": other.copy()}).carried == ("w",)


def test_empty_tensors_carry_over() -> None:
    empty = np.zeros((0, 4), np.float32)
    assert compared({"w": empty}, {"w": lazy(empty)}).carried == ("w",)
