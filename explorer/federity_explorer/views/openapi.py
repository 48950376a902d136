"""The API's description, made of the pages' own types (OpenAPI 3.1)."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

from federity_explorer.views import evidence
from federity_explorer.views.registry import PAGES, Page

__all__ = ["description"]

_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def description(version: str) -> dict[str, Any]:
    """The document."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for page in PAGES:
        paths[page.api] = _operation(page, schemas)
    paths |= evidence.described()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Federity explorer",
            "version": version,
            "description": "What every page shows, as JSON. Addresses are base58, hashes hex, times Unix "
            "seconds; whole numbers that JavaScript cannot hold are texts. Texts of people are as they wrote "
            "them: escape them.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(page: Page, schemas: dict[str, Any]) -> dict[str, Any]:
    inside = [part[1:-1] for part in page.path.split("/") if part.startswith("{")]
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}} for one in inside
    ] + [
        {"name": one, "in": "query", "description": meaning, "schema": {"type": "string"}}
        for one, meaning in page.queries
    ]
    answer = {"application/json": {"schema": _schema(page.context, schemas)}}
    return {
        "get": {
            "operationId": page.name,
            "summary": page.summary,
            "parameters": parameters,
            "responses": {
                "200": {"description": page.summary, "content": answer},
                "404": {"description": "There is nothing of this kind at that address."},
                "429": {"description": "Too many requests: Retry-After says how long to wait."},
                "503": {"description": "The chain or the index gives no answer now."},
            },
        }
    }


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in _SCALARS:
        return {"type": _SCALARS[kind]}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(one, schemas) for one in arguments]}
    if kind is type(None):
        return {"type": "null"}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0], schemas)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], schemas)}
    if dataclasses.is_dataclass(kind):
        name = kind.__name__ if isinstance(kind, type) else type(kind).__name__
        if name not in schemas:
            schemas[name] = {}
            hints = typing.get_type_hints(kind)
            schemas[name] = {
                "type": "object",
                "description": " ".join((kind.__doc__ or "").split()),
                "required": [field.name for field in dataclasses.fields(kind)],
                "properties": {
                    field.name: _schema(hints[field.name], schemas) for field in dataclasses.fields(kind)
                },
            }
        return {"$ref": f"#/components/schemas/{name}"}
    return {}
