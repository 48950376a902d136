"""Loading into PyTorch: what a model is given it then holds, or it is as it was before."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.utils._pytree import tree_map

from federity.errors import ModelError
from federity.frameworks import adapter_for


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))


def read(model: object) -> dict[str, np.ndarray]:
    return dict(adapter_for(model).tensors(model))


def load(model: object, tensors: Mapping[str, np.ndarray]) -> None:
    adapter_for(model).load(model, tensors)


def moved(model: object) -> dict[str, np.ndarray]:
    return {n: a + a.dtype.type(1) if a.dtype.kind == "f" else a for n, a in read(model).items()}


class Copies(nn.Linear):
    """Its state_dict is no view of its memory."""

    def state_dict(self, *args: Any, **options: Any) -> dict[str, Any]:
        return {name: tensor.clone() for name, tensor in super().state_dict(*args, **options).items()}


class Scaled(nn.Linear):
    """Keeps a tensor of its own beside its weights, and derives another from what is loaded."""

    def __init__(self, state: object) -> None:
        super().__init__(2, 2)
        self.state = state
        self.derived = 2 * self.state if isinstance(state, torch.Tensor) else None

    def get_extra_state(self) -> object:
        return self.state

    def set_extra_state(self, state: object) -> None:
        self.state = state
        self.derived = 2 * self.state


class Deaf(Scaled):
    """Gives extra state and takes none."""

    def set_extra_state(self, state: object) -> None: ...


class Stubborn(nn.Linear):
    """Loads something else than it is given."""

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *others: Any) -> None:
        state[f"{prefix}bias"] = torch.zeros(self.out_features)
        super()._load_from_state_dict(state, prefix, *others)


class Wrapping(torch.Tensor):
    """A tensor whose values lie in another, as those of quantising libraries; what it is asked it refuses."""

    inner: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> "Wrapping":
        made = torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)
        made.inner = inner
        return made

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), options: Any = None) -> Any:
        if function is torch.ops.aten.detach.default:
            return cls(args[0].inner)
        raise NotImplementedError(function)


class Doubling(Wrapping):
    """One that answers with plain tensors, and takes no values."""

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), options: Any = None) -> Any:
        if function is torch.ops.aten.detach.default:
            return cls(args[0].inner)
        if function is torch.ops.aten.copy_.default:
            raise NotImplementedError("no values are taken")
        plain = tree_map(lambda value: value.inner if isinstance(value, Wrapping) else value, (args, options))
        return function(*plain[0], **(plain[1] or {}))


def wrapping(kind: type[Wrapping]) -> nn.Module:
    model = network()
    model.register_buffer("last", kind(torch.ones(3)))
    return model


def in_inference_mode() -> nn.Module:
    model = network()
    with torch.inference_mode():
        model.append(nn.Linear(3, 3))
    return model


def stubborn() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 2), Stubborn(2, 2))


MODELS: dict[str, Callable[[], nn.Module]] = {
    "state_dict that copies": lambda: Copies(3, 2),
    "extra state": lambda: nn.Sequential(nn.Linear(2, 2), Scaled(torch.ones(3))),
    "weight norm": lambda: parametrizations.weight_norm(nn.Linear(3, 2)),
    "spectral norm": lambda: parametrizations.spectral_norm(nn.Linear(3, 2)),
    "orthogonal": lambda: parametrizations.orthogonal(nn.Linear(3, 3)),
    "old spectral norm": lambda: nn.utils.spectral_norm(nn.Linear(3, 2)),
    "batch norm": network,
    "attention": lambda: nn.MultiheadAttention(4, 2),
    "lists": lambda: nn.ModuleList([nn.ParameterList([nn.Parameter(torch.ones(2))]), nn.LSTM(2, 3)]),
    "script": lambda: torch.jit.script(nn.Linear(2, 3)),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("kind", MODELS)
def test_what_is_loaded_is_what_is_held(kind: str) -> None:
    model = MODELS[kind]()
    before, wanted = dict(model.named_parameters()), moved(model)
    load(model, wanted)
    found = read(model)
    assert all(found[name].tobytes() == wanted[name].tobytes() for name in wanted)
    assert all(parameter is before[name] for name, parameter in model.named_parameters())


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_old_weight_norm_is_loaded() -> None:
    model = nn.utils.weight_norm(nn.Linear(3, 2))
    load(model, wanted := moved(model))
    assert np.array_equal(read(model)["weight_v"], wanted["weight_v"])


def test_extra_state_arrives_where_the_module_takes_it() -> None:
    model = Scaled(torch.ones(3))
    assert "_extra_state" in adapter_for(model).buffers(model)
    load(model, {**read(model), "_extra_state": np.full(3, 3, np.float32)})
    assert model.derived.tolist() == [6, 6, 6]


def test_extra_state_that_is_no_tensor_is_named_with_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"0\._extra_state is a dict") as refused:
        read(nn.Sequential(Scaled({"seen": 3})))
    assert "register_buffer" in refused.value.hint


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (in_inference_mode, r"4\.bias was made in torch\.inference_mode"),
        (stubborn, r"1\.bias would not arrive in the model"),
        (lambda: Deaf(torch.ones(2)), "_extra_state would not arrive"),
        (lambda: wrapping(Doubling), "PyTorch cannot load these weights: .*last"),
    ],
)
def test_what_does_not_arrive_is_named_and_all_is_as_before(
    build: Callable[[], nn.Module], what: str
) -> None:
    model = build()
    before = read(model)
    with pytest.raises(ModelError, match=what):
        load(model, moved(model))
    assert all(before[name].tobytes() == array.tobytes() for name, array in read(model).items())


def test_a_subclass_that_gives_no_values_is_named() -> None:
    with pytest.raises(ModelError, match="last is a Wrapping, which cannot be read"):
        read(wrapping(Wrapping))


def test_an_interrupted_load_leaves_all_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    model = network()
    before, wanted, real = read(model), moved(model), model.load_state_dict
    calls = []

    def interrupted(state: Any) -> None:
        calls.append(real(state))
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(model, "load_state_dict", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load(model, wanted)
    assert all(before[name].tobytes() == array.tobytes() for name, array in read(model).items())


def test_signs_of_zeros_arrive() -> None:
    model = nn.Linear(1, 2)
    nn.init.zeros_(model.weight)
    load(model, {**read(model), "weight": np.array([[-0.0], [0.0]], np.float32)})
    assert torch.signbit(model.weight).flatten().tolist() == [True, False]
