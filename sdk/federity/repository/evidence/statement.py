"""A commit's provenance: an in-toto statement with a predicate of SLSA, version 1.

The build is the program's: it added up a base and updates, and nobody else can make a head. So the builder is
the program's address, and what a head was made of are the dependencies. Addresses are URIs after CAIP-10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from federity.repository.evidence.lineage import Lineage
from federity.repository.evidence.written import uri

__all__ = ["BUILD_TYPE", "MEDIA_TYPE", "statement"]

MEDIA_TYPE = "application/vnd.in-toto+json"
BUILD_TYPE = "https://github.com/federity/federity/blob/main/docs/guides/evidence.md#head-v1"


def statement(lineage: Lineage, files: Mapping[str, str], version: str) -> dict[str, Any]:
    """The statement about a commit and the files that hold its weights, by name the sha256 of each.

    Without files it is about the commit alone, which is told by `Lineage.sum`. `version` is the Federity's
    that writes it.
    """
    about = {"name": f"{lineage.spec}@{lineage.id}", "uri": uri(lineage, lineage.commit)}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {**about, "digest": {"federitySum": lineage.sum}},
            *({"name": name, "digest": {"sha256": sha256}} for name, sha256 in sorted(files.items())),
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "cluster": lineage.cluster,
                    "repository": uri(lineage, lineage.repository),
                    "commit": uri(lineage, lineage.commit),
                },
                "internalParameters": _made(lineage),
                "resolvedDependencies": _dependencies(lineage),
            },
            "runDetails": {
                "builder": {"id": uri(lineage, lineage.program), "version": {"federity": version}},
                "metadata": {"invocationId": uri(lineage, lineage.commit)},
            },
        },
    }


def _made(lineage: Lineage) -> dict[str, Any]:
    return {
        "name": lineage.spec,
        "id": lineage.id,
        "kind": lineage.kind,
        "parent": lineage.parent,
        "author": lineage.author,
        "level": lineage.level,
        "historyLevel": lineage.history_level,
        "insecure": lineage.insecure,
        "contributors": [
            {"wallet": one.wallet, "share": one.share, "updates": one.updates} for one in lineage.contributors
        ],
        "heads": [
            {
                "commit": head.address,
                "kind": head.kind,
                "parent": head.parent,
                "author": head.author,
                "level": head.level,
                "seq": head.seq,
                "parts": {part.commit: part.weight for part in head.parts},
            }
            for head in lineage.heads
        ],
    }


def _dependencies(lineage: Lineage) -> list[dict[str, Any]]:
    bases = [
        {
            "name": "base",
            "uri": uri(lineage, base.address),
            "digest": {"sha256": base.sha256},
            "annotations": {"manifest": base.manifest, "lineage": base.lineage, "parent": base.parent},
        }
        for base in lineage.bases
    ]
    updates = [
        {
            "name": "update",
            "uri": uri(lineage, one.address),
            "digest": {"sha256": one.sha256},
            "annotations": {
                "author": one.author,
                "weight": one.weight,
                "level": one.level,
                "samples": one.samples,
            },
        }
        for one in lineage.updates
    ]
    return bases + updates
