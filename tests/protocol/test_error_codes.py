"""Every way the program refuses is provoked by some test: on the built program or, where no call can reach it
(a counter at its end), beside the transition in Rust.
"""

import re

from federity._generated.errors import ERRORS
from protocol.vectors import PROTOCOL

ROOT = PROTOCOL.parent
TESTS_IN_RUST = re.compile(r"#\[cfg\(test\)\]\s*mod tests \{.*", re.DOTALL)


def test_every_error_is_provoked() -> None:
    python = [path.read_text() for path in (ROOT / "tests" / "program").glob("test_*.py")]
    sources = ROOT / "programs" / "federity" / "src"
    rust = [
        path.read_text()
        if {"tests", "tests.rs"} & set(path.parts)
        else "".join(TESTS_IN_RUST.findall(path.read_text()))
        for path in sources.rglob("*.rs")
    ]
    text = "".join(python + rust)
    assert len(ERRORS) > 50
    missing = [
        name for name, *_ in ERRORS.values() if not re.search(rf'"{name}"|FederityError::{name}\b', text)
    ]
    assert not missing
