"""A commit's evidence as the SDK's exports write it, about the commit alone: files and signatures are made by
whoever exports it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federity.frameworks.base_models import declared_in
from federity.repository.evidence.bom import bom
from federity.repository.evidence.card import card
from federity.repository.evidence.lineage import Lineage
from federity.repository.evidence.statement import MEDIA_TYPE, statement
from federity.repository.evidence.written import written
from federity_explorer.read.bases import model_of
from federity_explorer.read.database import Database
from federity_explorer.read.lineage import lineage

__all__ = ["FORMS", "described", "routes"]

_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=60"}


@dataclass(frozen=True)
class Form:
    """A document that each commit has: its file's name, what it is, and what makes it."""

    name: str
    summary: str
    kind: str
    make: Callable[[sqlite3.Connection, Lineage], bytes]


def routes(database: Database) -> list[Route]:
    """The routes: beside each commit's page its documents."""
    return [Route(_path(form), _endpoint(database, form), methods=["GET"]) for form in FORMS]


def described() -> dict[str, Any]:
    """The documents as the API's description has them, by path."""
    address = {"name": "address", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        _path(form): {
            "get": {
                "operationId": form.name,
                "summary": form.summary,
                "parameters": [address],
                "responses": {
                    "200": {"description": form.summary, "content": {form.kind: {}}},
                    "404": {"description": "There is no commit at that address."},
                },
            }
        }
        for form in FORMS
    }


def _path(form: Form) -> str:
    return f"/c/{{address}}/{form.name}"


def _endpoint(database: Database, form: Form) -> Callable[[Request], Awaitable[Response]]:
    def answer(db: sqlite3.Connection, address: str) -> bytes | None:
        found = lineage(db, address)
        return None if found is None else form.make(db, found)

    async def endpoint(request: Request) -> Response:
        address = request.path_params["address"]
        body = await database.known(lambda db: answer(db, address), "commit")
        return Response(body, headers=_HEADERS, media_type=form.kind)

    return endpoint


def _statement(_: sqlite3.Connection, found: Lineage) -> bytes:
    return written(statement(found, {}, version("federity")))


def _bill(_: sqlite3.Connection, found: Lineage) -> bytes:
    return written(bom(found, {}))


def _card(db: sqlite3.Connection, found: Lineage) -> bytes:
    model, _ = model_of(db, found.bases[0].sha256)
    return card(found, base_models=declared_in(model.get("base_models"))).encode()


FORMS = (
    Form("provenance.json", "in-toto statement with SLSA provenance", MEDIA_TYPE, _statement),
    Form(
        "bom.cdx.json",
        "CycloneDX bill of materials",
        "application/vnd.cyclonedx+json; version=1.6",
        _bill,
    ),
    Form("card.md", "model card for the Hugging Face Hub", "text/markdown; charset=utf-8", _card),
)
