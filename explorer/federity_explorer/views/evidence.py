"""A commit's evidence as the SDK's exports write it, about the commit alone: files and signatures are made by
whoever exports it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federity.errors import NotFound
from federity.frameworks.base_models import declared_in
from federity.repository.evidence.bom import bom
from federity.repository.evidence.card import card
from federity.repository.evidence.lineage import Lineage
from federity.repository.evidence.statement import MEDIA_TYPE, statement
from federity.repository.evidence.written import written
from federity_explorer.read.database import Database, one
from federity_explorer.read.lineage import lineage

__all__ = ["routes"]

_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=60"}


def routes(database: Database) -> list[Route]:
    """The routes: under each commit's page the statement, the bill of materials and the model card."""
    made: dict[str, tuple[str, Callable[[sqlite3.Connection, Lineage], bytes]]] = {
        "provenance.json": (MEDIA_TYPE, lambda _, found: written(statement(found, {}, version("federity")))),
        "bom.cdx.json": (
            "application/vnd.cyclonedx+json; version=1.6",
            lambda _, found: written(bom(found, {})),
        ),
        "card.md": ("text/markdown; charset=utf-8", _card),
    }
    return [
        Route(f"/c/{{address}}/{name}", _endpoint(database, kind, make), methods=["GET"])
        for name, (kind, make) in made.items()
    ]


def _endpoint(
    database: Database, kind: str, make: Callable[[sqlite3.Connection, Lineage], bytes]
) -> Callable[[Request], Awaitable[Response]]:
    def answer(db: sqlite3.Connection, address: str) -> bytes | None:
        found = lineage(db, address)
        return None if found is None else make(db, found)

    async def endpoint(request: Request) -> Response:
        address = request.path_params["address"]
        body = await database.answer(lambda db: answer(db, address))
        if body is None:
            raise NotFound("There is no commit there that this explorer knows of.")
        return Response(body, headers=_HEADERS, media_type=kind)

    return endpoint


def _card(db: sqlite3.Connection, found: Lineage) -> bytes:
    base = "SELECT text FROM words WHERE hash = ? AND kind = 'base'"
    words = one(db, base, found.bases[0].sha256)
    model = json.loads(words["text"]) if words and words["text"] else {}
    return card(found, base_models=declared_in(model.get("base_models"))).encode()
