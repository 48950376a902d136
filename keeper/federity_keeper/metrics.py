"""What the keeper counts, for Prometheus, where the settings name an address to serve it at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from federity.errors import ConfigError

if TYPE_CHECKING:
    from federity_keeper.health import Health

__all__ = ["serving"]

_GAUGES = {
    "ready": "1 while nothing keeps the keeper from working",
    "balance": "lamports of the wallet that pays",
    "slot": "slot of the last look at the chain",
    "round": "index of the round in progress",
}
_COUNTERS = {
    "looks": "looks at the chain",
    "actions": "steps taken",
    "refusals": "steps refused and looks that failed",
}


@contextmanager
def serving(address: str, health: Health, labels: dict[str, str]) -> Iterator[None]:
    """Serve `health` at `HOST:PORT` in Prometheus' text format, while inside; not at all when it is empty.

    Raises ConfigError: no such address, it is taken, or `prometheus-client` is not installed.
    """
    if not address:
        yield
        return
    try:
        from prometheus_client import CollectorRegistry, start_http_server
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
    except ImportError as error:
        raise ConfigError(
            "The keeper's setting 'metrics' needs the library prometheus-client.",
            hint="pip install 'federity-keeper[metrics]'",
        ) from error

    class Collector:
        """Reads the health of the moment at every scrape, so that no number is kept twice."""

        def collect(self) -> Iterator[Metric]:
            for kind, texts in ((GaugeMetricFamily, _GAUGES), (CounterMetricFamily, _COUNTERS)):
                for name, text in texts.items():
                    value = getattr(health, name)
                    if value is not None:
                        metric = kind(f"federity_keeper_{name}", text, labels=list(labels))
                        metric.add_metric(list(labels.values()), float(value))
                        yield metric

    registry = CollectorRegistry()
    registry.register(Collector())
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]") or "127.0.0.1", registry)
    except (OSError, ValueError, OverflowError) as error:
        raise ConfigError(f"The keeper's metrics cannot be served at {address!r}: {error}.") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
