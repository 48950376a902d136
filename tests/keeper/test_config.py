"""A keeper's settings: what is wrong is said in one sentence, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from federity.errors import ConfigError
from federity_keeper.__main__ import main
from federity_keeper.config import Config

GOOD = 'repository = "O/digits"\npath = "copy"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "keeper.toml"
    path.write_text(text)
    return path


def test_a_small_file_is_enough_and_paths_are_relative_to_it(tmp_path: Path) -> None:
    config = Config.read(write(tmp_path, GOOD + 'keypair = "k.json"\n[policy]\nquorum = 3\nmax_drop = 0.1\n'))
    assert config.path == tmp_path / "copy"
    assert config.keypair == tmp_path / "k.json"
    assert (config.policy.quorum, config.policy.max_drop) == (3, 0.1)
    assert config.override("devnet", None).url == "devnet"


@pytest.mark.parametrize(
    "text",
    [
        "repository = 3\npath = 'x'",
        "path = 'x'",
        GOOD + "unknown = 1",
        "repository = 'a/b'\npath = \"a\\u0000b\"",
        GOOD + 'keypair = "a\\u0000b"',
        GOOD + "interval = 0",
        GOOD + "url = 7",
        GOOD + "policy = 3",
        GOOD + "[policy]\nquorum = -1",
        GOOD + "[policy]\nquorum = 'many'",
        GOOD + "[policy]\nstrategy = 'best'",
        GOOD + "[policy]\nmax_weight = 70000",
        GOOD + "[policy]\nother = 1",
        "not toml",
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        Config.read(write(tmp_path, text))


def test_a_missing_file_ends_with_the_errors_own_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--config", str(tmp_path / "none.toml"), "--once", "--json"]) == ConfigError.exit_code
    assert '"event": "failed"' in capsys.readouterr().out
