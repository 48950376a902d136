"""What `remote` answers."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class RemoteView(Report):
    """A repository with its name here: its `spec` (OWNER/NAME), its address, and the chain that it is on."""

    name: str
    spec: str
    repository: str
    url: str
