"""The port is light: naming it loads no adapter."""

import subprocess
import sys


def test_the_port_loads_neither_rpc_nor_runtime() -> None:
    script = (
        "import sys, federity.chain.base, federity.config; "
        "print([n for n in sys.modules if n.split('.')[0] in ('solana', 'httpx2', 'torch', 'pydantic')"
        " or n == 'sqlite3'])"
    )
    shown = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert shown.stdout.strip() == "[]"
