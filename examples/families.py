"""Which families of models there are, each with a file per framework, FAMILY_torch.py and FAMILY_keras.py.

`python examples/families.py [FAMILY ...]` plays a round of each from three seeds, without proofs, which
change no weights, and prints a table. Each framework has a process of its own: two in one abort.
"""

import argparse
import asyncio
import importlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

FRAMEWORKS = ("torch", "keras")
SEEDS = range(3)


@dataclass(frozen=True)
class Family:
    """What a family learns (`kind`: image, text, table or graph) and its figure on held-out data."""

    kind: str
    data: str
    figure: str


FAMILIES = {
    "resnet": Family("image", "digits, 16x16", "accuracy"),
    "mobilenet": Family("image", "digits, 16x16 or 32x32", "accuracy"),
    "efficientnet": Family("image", "digits, 16x16", "accuracy"),
    "autoencoder": Family("image", "digits", "share of variance kept"),
    "gan": Family("image", "digits", "minus energy distance"),
    "lstm": Family("image", "digits, row by row", "accuracy"),
    "gru": Family("text", "language reference", "next character guessed"),
    "distilbert": Family("text", "documentation of three packages", "accuracy"),
    "distilbert_lora": Family("text", "documentation of three others", "accuracy"),
    "gpt2": Family("text", "language reference", "next character guessed"),
    "gpt2_lora": Family("text", "NumPy's documentation", "next character guessed"),
    "mlp": Family("table", "breast cancer", "accuracy"),
    "gcn": Family("graph", "karate club", "accuracy"),
}


def rows(framework: str, names: Sequence[str]) -> Iterator[str]:
    """Play the families in this process; one line of the table each."""
    import team

    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            example, family, outcomes = importlib.import_module(f"{name}_{framework}"), FAMILIES[name], []
            for number in SEEDS:
                team.seed(number)
                outcomes.append(asyncio.run(example.run(level=0, home=Path(folder))))
            before, after = (
                mean(values) for values in zip(*((o.before, o.after) for o in outcomes), strict=True)
            )
            least = min(outcome.after - outcome.before for outcome in outcomes)
            cells = (f"`{name}_{framework}.py`", f"{outcomes[0].parameters:,}", family.data, family.figure)
            yield "| " + " | ".join((*cells, f"{before:.3f}", f"{after:.3f}", f"{least:+.3f}")) + " |"


def main() -> None:
    """Print the table, a process for each framework."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=FRAMEWORKS, help="play those of one framework, without a heading")
    parser.add_argument("names", nargs="*", metavar="FAMILY", help="all by default")
    options = parser.parse_args()
    names = options.names or list(FAMILIES)
    if options.only:
        for row in rows(options.only, names):
            print(row, flush=True)
        return
    print("| file | trained values | data | figure on test data | before | after | least gain |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for framework in FRAMEWORKS:
        subprocess.run([sys.executable, __file__, "--only", framework, *names], check=True)


if __name__ == "__main__":
    main()
