"""What an owner tells the keeper: a TOML file, and flags that override it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

from federity.errors import ConfigError
from federity.local_files import Unsound, contents, table
from federity.records import is_text
from federity.repository.reports.rules import FULL_WEIGHT
from federity.strategies import STRATEGIES
from federity_keeper.policy import Policy

__all__ = ["MOST_PATIENCE", "Config"]

# Seconds between looks, at most, while one fails after the other.
MOST_PATIENCE = 300.0


@dataclass(frozen=True)
class Config:
    """Settings of one keeper. Relative paths are taken from the config file's folder.

    `repository` is OWNER/NAME, `path` the keeper's own working copy, made when missing. `url` and `keypair`
    are those of the user's settings when None. `interval` is the pause between looks at the chain, in
    seconds; after a failure it grows up to `MOST_PATIENCE`. `least_balance` is how many lamports the wallet
    that pays should have. `metrics` is `HOST:PORT` to serve Prometheus at, empty for nowhere. `evaluator` is
    `module:factory`; the factory is called once with the table `[evaluation]` and returns a function from
    weights (name to array) to a figure, the higher the better. What to do with what it finds is the
    `policy`. `folder` is the config file's.
    """

    repository: str
    path: Path
    branch: str = "main"
    url: str | None = None
    keypair: Path | None = None
    interval: float = 2.0
    least_balance: int = 20_000_000
    metrics: str = ""
    evaluator: str = ""
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    folder: Path = field(default_factory=Path)

    @property
    def state(self) -> Path:
        """The folder of journal and health files, beside the working copy's objects."""
        return self.path / ".federity" / "keeper"

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a config file. Raises ConfigError, naming what is wrong."""
        try:
            values = table(contents(file))
        except FileNotFoundError as error:
            raise ConfigError(f"There are no keeper's settings {file}.") from error
        except Unsound as error:
            raise ConfigError(f"The keeper's settings {file} cannot be used: {error}.") from error
        return cls.of(values, file.absolute().parent)

    @classmethod
    def of(cls, values: Mapping[str, Any], folder: Path) -> Self:
        """Make settings of the tables of a config file. Raises ConfigError."""
        known = {item.name for item in fields(cls)} - {"folder"}
        unknown = sorted(values.keys() - known)
        if unknown:
            raise ConfigError(
                f"There is no keeper setting {unknown[0]!r}: they are {', '.join(sorted(known))}."
            )
        for name in ("repository", "path"):
            if not isinstance(values.get(name), str):
                raise ConfigError(f"The keeper needs the setting {name!r}, a text.")
        for name in ("path", "branch", "url", "keypair", "evaluator", "metrics"):
            value = values.get(name, "")
            if not isinstance(value, str) or not is_text(value):
                raise ConfigError(f"The keeper's setting {name!r} is not a text.")
        interval = values.get("interval", cls.interval)
        if type(interval) not in (int, float) or not 0 < interval < 86_400:
            raise ConfigError(f"The keeper's interval {interval!r} is not a number of seconds.")
        least = values.get("least_balance", cls.least_balance)
        if type(least) is not int or not 0 <= least < 1 << 63:
            raise ConfigError(f"The keeper's least_balance {least!r} is not a number of lamports.")
        keypair = values.get("keypair")
        return cls(
            **{
                **values,
                "path": folder / values["path"],
                "keypair": folder / keypair if keypair else None,
                "interval": float(interval),
                "evaluation": _table(values, "evaluation"),
                "policy": _policy(_table(values, "policy")),
                "folder": folder,
            }
        )

    def override(self, url: str | None, keypair: Path | None) -> Self:
        """The settings with what the command line says."""
        return replace(self, url=url or self.url, keypair=keypair or self.keypair)


def _table(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = values.get(name, {})
    if not isinstance(table, dict):
        raise ConfigError(f"The keeper's setting {name!r} is not a table.")
    return table


def _policy(values: Mapping[str, Any]) -> Policy:
    known = {item.name: item.default for item in fields(Policy)}
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"There is no keeper policy {name!r}: they are {', '.join(sorted(known))}.")
        wanted = (int, float) if isinstance(known[name], float) else (type(known[name]),)
        if type(value) not in wanted:
            raise ConfigError(f"The keeper's policy {name} = {value!r} is not a {wanted[-1].__name__}.")
    policy = Policy(**values)
    if policy.strategy not in STRATEGIES:
        raise ConfigError(f"The strategy {policy.strategy!r} is not one of {', '.join(STRATEGIES)}.")
    if not 0 < policy.max_weight <= FULL_WEIGHT:
        raise ConfigError(f"A weight cap of {policy.max_weight} is outside 1 to {FULL_WEIGHT}.")
    counts = (policy.quorum, policy.max_drop, policy.clip_norm, policy.byzantine, policy.selected)
    if min(counts) < 0 or policy.retry_slots < 1:
        raise ConfigError(
            "quorum, max_drop, clip_norm, byzantine and selected cannot be negative, "
            "retry_slots is at least one."
        )
    return policy
