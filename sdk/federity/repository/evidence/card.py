"""The model card: what people and the Hugging Face Hub read of a commit. Deterministic."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from federity.repository.evidence.lineage import Lineage
from federity.repository.verification.provenance import gaps, meaning

if TYPE_CHECKING:
    from federity.repository.reports.state_reports import CommitView

__all__ = ["UNREAD", "card"]

# A card names so many commits; the rest are counted.
LISTED = 50
UNREAD = "*not readable when this was written*"
INSECURE = "yes: development keys, whose secrets are public"


def card(
    lineage: Lineage,
    line: Sequence[CommitView] = (),
    *,
    identity: str = "",
    loaded_by: str = "",
    base_models: Sequence[str] = (),
) -> str:
    """The card of a commit. `line` are it and its ancestors with what their authors said, `identity` that of
    the weights, `loaded_by` the library that loads them, `base_models` what the repository's creator declared
    them to be made of.
    """
    lowest = min((view.level for view in line if view.kind != "genesis"), default=0)
    parts = [
        *_front(lineage, loaded_by, base_models),
        "",
        f"# {lineage.name}",
        "",
        "A commit of a model under version control with Federity, rebuilt from its chain to the bit.",
        "",
        "| what | value |",
        "| --- | --- |",
        f"| repository | `{lineage.spec}`, account `{lineage.repository}` |",
        f"| cluster (genesis hash) | `{lineage.cluster}` |",
        f"| commit | `{lineage.commit}` ({lineage.kind}) |",
        f"| parent | {f'`{lineage.parent}`' if lineage.parent else 'none: this is the genesis'} |",
        f"| level of this commit | {meaning(lineage.level)} |",
        *([f"| lowest level down to the genesis | L{lowest} |"] if line else []),
        *([f"| weights, sha256 over names, shapes and bytes | `{identity}` |"] if identity else []),
        f"| created insecure | {INSECURE if lineage.insecure else 'no'} |",
        *_declared(base_models),
        "",
        "## Contributors",
        "",
        "| share of all weights | updates | wallet |",
        "| --- | --- | --- |",
        *(f"| {one.share} | {one.updates} | `{one.wallet}` |" for one in lineage.contributors[:LISTED]),
        *_more(len(lineage.contributors)),
        *_lineage(line),
        "",
        "## What is not proved",
        "",
        *(f"* {gap}" for gap in gaps(lineage.insecure, len(lineage.bases) > 1)),
        "",
        "`federity verify --export DIR` rechecks a folder with this card, `federity verify COMMIT` what the "
        "commit stands on: from the chain and the stored blobs.",
        "",
    ]
    return "\n".join(parts)


def _front(lineage: Lineage, loaded_by: str, base_models: Sequence[str]) -> Iterator[str]:
    """What the Hub reads. Its relations are those of a model that was trained on from others."""
    yield "---"
    if loaded_by:
        yield f"library_name: {loaded_by}"
    if base_models:
        yield "base_model:"
        yield from (f"- {json.dumps(name)}" for name in base_models)
        if lineage.updates:
            yield f"base_model_relation: {'finetune' if len(base_models) == 1 else 'merge'}"
    yield from ("tags:", "- federity", "federity:")
    facts = {
        "cluster": lineage.cluster,
        "program": lineage.program,
        "repository": lineage.repository,
        "commit": lineage.commit,
        "id": lineage.id,
        "base_sha256": lineage.bases[0].sha256,
    }
    yield from (f"  {name}: {json.dumps(value)}" for name, value in facts.items())
    yield "---"


def _declared(base_models: Sequence[str]) -> Iterator[str]:
    if base_models:
        named = ", ".join(f"`{name}`" for name in base_models)
        yield f"| made of, as its creator declared | {named} |"


def _lineage(line: Sequence[CommitView]) -> Iterator[str]:
    if not line:
        return
    yield from ("", "## Lineage", "")
    yield "| commit | kind | level | author | merged commits and weights (of 65536) | message |"
    yield "| --- | --- | --- | --- | --- | --- |"
    # Authors' texts are quoted as JSON strings, so that none can pass for a part of the card.
    yield from (_row(view) for view in line[:LISTED])
    if len(line) > LISTED:
        yield f"| and {len(line) - LISTED} older | | | | | |"


def _more(count: int) -> Iterator[str]:
    if count > LISTED:
        yield f"| and {count - LISTED} more | | |"


def _row(view: CommitView) -> str:
    cells = (
        f"`{view.address}`",
        view.kind,
        f"L{view.level}",
        f"`{view.author}`",
        ", ".join(f"`{part.commit}` {part.weight}" for part in view.merged) or "-",
        UNREAD if view.problem else _quoted(view.message),
    )
    return f"| {' | '.join(cells)} |"


def _quoted(text: str) -> str:
    return json.dumps(text).replace("|", "\\u007c").replace("<", "\\u003c").replace("`", "\\u0060")
