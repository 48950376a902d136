"""A commit's bill of materials: CycloneDX 1.6, of a machine-learning model with its pedigree."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from federity.repository.evidence.lineage import Head, Lineage
from federity.repository.evidence.written import uri

__all__ = ["bom"]


def bom(lineage: Lineage, files: Mapping[str, str], weights: str = "") -> dict[str, Any]:
    """The bill of a commit and the files that hold its weights, by name the sha256 of each; `weights` names
    the one that is the model.

    Its pedigree has the bases as ancestors and the updates as commits. What CycloneDX has no field for is in
    properties: weights, shares, levels, heads.
    """
    identity = "\n".join([uri(lineage, lineage.commit), lineage.sum, *map(repr, sorted(files.items()))])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, identity)}",
        "version": 1,
        "metadata": {"component": _model(lineage, files, weights)},
    }


def _model(lineage: Lineage, files: Mapping[str, str], weights: str) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": uri(lineage, lineage.commit),
        "group": lineage.creator,
        "name": lineage.name,
        "version": lineage.id,
        "authors": [{"name": one.wallet} for one in lineage.contributors],
        **({"hashes": _hashes(files[weights])} if weights in files else {}),
        "components": [
            {"type": "file", "bom-ref": f"file:{name}", "name": name, "hashes": _hashes(sha256)}
            for name, sha256 in sorted(files.items())
        ],
        "pedigree": {
            "ancestors": [
                {
                    "type": "machine-learning-model",
                    "bom-ref": f"{uri(lineage, base.address)}#base",
                    "name": f"base {base.address}",
                    "version": base.sha256,
                    "hashes": _hashes(base.sha256),
                    "properties": _properties(
                        manifest=base.manifest, lineage=base.lineage, parent=base.parent or "none"
                    ),
                }
                for base in lineage.bases
            ],
            "commits": [
                {"uid": one.sha256, "url": uri(lineage, one.address), "author": {"name": one.author}}
                for one in lineage.updates
            ],
        },
        "properties": [
            *_properties(
                cluster=lineage.cluster,
                program=lineage.program,
                repository=lineage.repository,
                commit=lineage.commit,
                sum=lineage.sum,
                kind=lineage.kind,
                parent=lineage.parent or "none",
                author=lineage.author,
                level=str(lineage.level),
                history_level=str(lineage.history_level),
                insecure="yes" if lineage.insecure else "no",
            ),
            *(
                _property("contributor", f"{one.wallet} share {one.share} updates {one.updates}")
                for one in lineage.contributors
            ),
            *(
                _property(
                    "update",
                    f"{one.address} weight {one.weight} level {one.level} samples {one.samples}",
                )
                for one in lineage.updates
            ),
            *(_property("head", _head(head)) for head in lineage.heads),
        ],
    }


def _head(head: Head) -> str:
    parts = "".join(f" {part.weight}*{part.commit}" for part in head.parts)
    return (
        f"{head.address} {head.kind} seq {head.seq} level {head.level} author {head.author} "
        f"parent {head.parent or 'none'}{parts}"
    )


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _properties(**values: str) -> list[dict[str, str]]:
    return [_property(name, value) for name, value in values.items()]


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"federity:{name}", "value": value}
