"""mergekit itself, in an environment of its own. Used by test_mergekit.py.

Reads one JSON list of cases from standard input and runs mergekit's command for raw weights on each:
{"config": FILE, "out": FOLDER, "lots": [FILE]}. `lots` are numbers in [0, 1), float64 and in the order that
masks are drawn in, in place of those that torch would draw.
"""

import json
import sys
from typing import Any

import torch
from click.testing import CliRunner
from mergekit.scripts.merge_raw_pytorch import main
from safetensors.torch import load_file


def run(case: dict[str, Any]) -> None:
    """Merge one recipe."""
    drawn = iter([load_file(path)["lots"] for path in case["lots"]])

    def bernoulli(likely: torch.Tensor) -> torch.Tensor:
        return (next(drawn).reshape(likely.shape) < likely).to(likely.dtype)

    torch.bernoulli = bernoulli
    done = CliRunner().invoke(main, [case["config"], case["out"]], catch_exceptions=False)
    if done.exit_code or next(drawn, None) is not None:
        raise SystemExit(done.output or "not all lots were drawn")


if __name__ == "__main__":
    for one in json.load(sys.stdin):
        run(one)
