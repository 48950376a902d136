"""The verifier as a browser runs it: small enough for a page, and of one mind with the program."""

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from protocol.vectors import load

ROOT = Path(__file__).parents[2]
TARGET = "wasm32-unknown-unknown"
LARGEST = 200_000

# Writes the golden unit, changed as each case says, into the module's memory; prints what `verify` answers.
PAGE = """
const fs = require('fs');
const { module: file, unit, cases } = JSON.parse(fs.readFileSync(0));
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(file)), {});
const fields = ['verifying_key', 'tau_g2', 'proof', 'point', 'opening', 'p', 'y', 'context'];
const answers = cases.map((change) => {
  const it = { ...unit, sealed: 0, ...change };
  const bytes = Buffer.concat(fields.map((name) => Buffer.from(it[name], 'hex')));
  new Uint8Array(exports.memory.buffer).set(bytes, exports.unit());
  return exports.verify(BigInt(it.norm), it.offset, it.sealed);
});
console.log(JSON.stringify(answers));
"""


@pytest.fixture(scope="module")
def module() -> Path:
    """The built module."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    place = subprocess.run(
        ["rustc", "--print", "target-libdir", "--target", TARGET], cwd=ROOT, capture_output=True, text=True
    )
    if place.returncode or not Path(place.stdout.strip()).exists():
        pytest.skip(f"the target is not installed: rustup target add {TARGET}")
    command = "cargo build --locked --quiet -p federity-verifier-wasm --profile wasm --target"
    subprocess.run([*command.split(), TARGET], cwd=ROOT, check=True)
    return ROOT / "target" / TARGET / "wasm" / "federity_verifier_wasm.wasm"


def test_it_is_small_enough_for_a_page(module: Path) -> None:
    size = len(gzip.compress(module.read_bytes(), 9))
    print(f"verifier as wasm: {size} bytes gzipped")
    assert size <= LARGEST


def test_it_says_what_the_program_says(module: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    unit = load("unit")
    off_curve = unit["point"][:-1] + format(int(unit["point"][-1], 16) ^ 1, "x")
    # What is changed, and the answer: 0 verified, else the number of a refusal.
    cases = [
        ({}, 0),
        ({"norm": unit["norm"] + 1}, 3),
        ({"offset": 0}, 3),
        ({"sealed": 1}, 3),
        ({"context": "00" * 32}, 3),
        ({"proof": unit["proof"][:-1] + format(int(unit["proof"][-1], 16) ^ 1, "x")}, 3),
        ({"opening": unit["point"]}, 4),
        ({"point": off_curve}, 1),
        ({"y": "ff" * 32}, 2),
        ({"verifying_key": "00" * 576}, 5),
        ({}, 0),
    ]
    asked = {"module": str(module), "unit": unit, "cases": [change for change, _ in cases]}
    done = subprocess.run(
        ["node", "-e", PAGE], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [answer for _, answer in cases]
