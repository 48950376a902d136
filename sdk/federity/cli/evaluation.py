"""Figures of weights from a command of the user's own, such as an evaluation on a hold-out."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from federity.cli.refused import Refused
from federity.parsing import parse


def by_command(command: str) -> Callable[[Mapping[str, Any]], Mapping[str, float]]:
    """What runs a command with a file of weights as its last word, and reads its last line.

    Raises Refused when it fails or ends with anything but a JSON object.
    """
    words = shlex.split(command)

    def evaluate(weights: Mapping[str, Any]) -> Mapping[str, float]:
        from federity.frameworks.safetensors import SafetensorsAdapter

        with tempfile.TemporaryDirectory(prefix="federity-") as folder:
            path = Path(folder) / "model.safetensors"
            SafetensorsAdapter().replace(path, weights)
            try:
                done = subprocess.run([*words, str(path)], check=True, stdout=subprocess.PIPE)
            except (OSError, ValueError, subprocess.CalledProcessError) as error:
                raise Refused(f"the evaluation gave no figures: {error}") from error
        last = done.stdout.strip().rpartition(b"\n")[2]
        try:
            found = parse(last.decode())
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refused("the evaluation's last line is no JSON object of figures")
        return found

    return evaluate
