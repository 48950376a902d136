"""Run as a program: modules of PyTorch with random weights, an input and what they make of it.

Writes one safetensors file with `CASE/weights/NAME`, `CASE/input` and `CASE/output`, for the tests of another
framework, which cannot run in a process with this one.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.numpy import save_file
from torch import nn

from federity.frameworks import adapter_for


class Adapted(nn.Linear):
    """A dense layer with the factors of a low-rank adapter, at a scale of 1."""

    def __init__(self, inputs: int, outputs: int, rank: int) -> None:
        super().__init__(inputs, outputs)
        self.lora_A = nn.Linear(inputs, rank, bias=False)
        self.lora_B = nn.Linear(rank, outputs, bias=False)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return super().forward(values) + self.lora_B(self.lora_A(values))


CASES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "linear": (lambda: nn.Linear(5, 3), (4, 5)),
    "linear_without_bias": (lambda: nn.Linear(5, 5, bias=False), (4, 5)),
    "linear_with_adapter": (lambda: Adapted(5, 3, 2), (4, 5)),
    "conv1d": (lambda: nn.Conv1d(3, 4, 3, stride=2), (2, 3, 9)),
    "conv2d": (lambda: nn.Conv2d(3, 4, (3, 2)), (2, 3, 7, 7)),
    "conv2d_in_groups": (lambda: nn.Conv2d(4, 6, 3, groups=2), (2, 4, 7, 7)),
    "conv3d": (lambda: nn.Conv3d(2, 3, (2, 3, 2)), (2, 2, 5, 5, 5)),
    "conv_transpose1d": (lambda: nn.ConvTranspose1d(3, 4, 3), (2, 3, 9)),
    "conv_transpose2d": (lambda: nn.ConvTranspose2d(3, 4, (3, 2), stride=2), (2, 3, 5, 5)),
    "depthwise": (lambda: nn.Conv2d(3, 3, 3, groups=3), (2, 3, 7, 7)),
    "depthwise_multiplied": (lambda: nn.Conv2d(3, 6, (3, 2), groups=3), (2, 3, 7, 7)),
    "depthwise1d": (lambda: nn.Conv1d(3, 6, 3, groups=3), (2, 3, 7)),
    "separable": (
        lambda: nn.Sequential(
            OrderedDict(depthwise=nn.Conv2d(3, 6, 3, groups=3, bias=False), pointwise=nn.Conv2d(6, 4, 1))
        ),
        (2, 3, 7, 7),
    ),
    "batch_norm": (lambda: nn.BatchNorm2d(3), (2, 3, 4, 4)),
    "layer_norm": (lambda: nn.LayerNorm(6), (2, 4, 6)),
    "group_norm": (lambda: nn.GroupNorm(2, 4), (2, 4, 3, 3)),
    "rms_norm": (lambda: nn.RMSNorm(6, eps=1e-6), (2, 4, 6)),
    "embedding": (lambda: nn.Embedding(7, 4), (2, 5)),
    "lstm": (lambda: nn.LSTM(4, 3, batch_first=True), (2, 5, 4)),
    "lstm_without_bias": (lambda: nn.LSTM(4, 3, bias=False, batch_first=True), (2, 5, 4)),
    "lstm_both_ways": (lambda: nn.LSTM(4, 3, batch_first=True, bidirectional=True), (2, 5, 4)),
    "gru": (lambda: nn.GRU(4, 3, batch_first=True), (2, 5, 4)),
    "gru_without_bias": (lambda: nn.GRU(4, 3, bias=False, batch_first=True), (2, 5, 4)),
    "gru_both_ways": (lambda: nn.GRU(4, 3, batch_first=True, bidirectional=True), (2, 5, 4)),
    "rnn": (lambda: nn.RNN(4, 3, batch_first=True), (2, 5, 4)),
    "attention": (lambda: nn.MultiheadAttention(6, 2, batch_first=True), (2, 5, 6)),
}


def _run(module: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    if isinstance(module, nn.MultiheadAttention):
        return module(inputs, inputs, inputs)[0]
    found = module(inputs)
    return found[0] if isinstance(found, tuple) else found


def main(path: Path) -> None:
    torch.manual_seed(0)
    arrays = {}
    for case, (build, shape) in CASES.items():
        module = build().eval()
        with torch.no_grad():
            for name, tensor in module.state_dict().items():
                if name.endswith("running_var"):
                    tensor.uniform_(0.5, 2)
                elif tensor.is_floating_point():
                    tensor.normal_()
            inputs = torch.randint(7, shape) if case == "embedding" else torch.randn(shape)
            arrays[f"{case}/output"] = _run(module, inputs).contiguous().numpy()
        arrays[f"{case}/input"] = inputs.numpy()
        for name, tensor in adapter_for(module).tensors(module).items():
            arrays[f"{case}/weights/{name}"] = tensor
    save_file(arrays, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
