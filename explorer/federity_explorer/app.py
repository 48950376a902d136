"""The explorer as an ASGI application: each page as HTML and, under /api/v1, as JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, compile_path
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from federity.errors import FederityError, NotFound
from federity.session import Session
from federity_explorer.guarding import Guard, Limits
from federity_explorer.read import graph
from federity_explorer.read.database import unknown
from federity_explorer.read.status import status
from federity_explorer.rendering import Renderer
from federity_explorer.site import Ask, Site
from federity_explorer.views import checking, evidence, feeds, openapi, pages, tokens
from federity_explorer.views.asked import Live
from federity_explorer.views.comparing import Comparing
from federity_explorer.views.contexts import History
from federity_explorer.views.registry import API, PAGES, Page

__all__ = ["Explorer"]

_log = logging.getLogger("federity.explorer")
_STATIC = Path(str(files("federity_explorer").joinpath("static")))
_CACHE = "public, max-age=5"
_FOREVER = "public, max-age=31536000, immutable"
Endpoint = Callable[[Request], Awaitable[Response]]


class Explorer:
    """One chain's explorer. `trouble` is what keeps the index from following, in a sentence."""

    def __init__(self, site: Site, session: Session, limits: Limits, rpc: ASGIApp | None = None) -> None:
        """`rpc` serves the chain itself to readers' browsers, at /rpc, where no node does."""
        self.trouble = ""
        self._site = site
        self._live = Live(site, session.chain, Comparing(session))
        self._limits = limits
        self._rpc = rpc
        self._renderer = Renderer()
        self._version = _version_of_static()

    def app(self) -> Starlette:
        """The application."""
        routes: list[Route | Mount] = []
        for page in PAGES:
            routes.append(Route(page.path, self._html(page), methods=["GET"], name=page.name))
            routes.append(Route(page.api, self._json(page), methods=["GET"]))
        routes += [
            Route(f"{API}/openapi.json", self._openapi, methods=["GET"]),
            Route("/b/{address}/feed.atom", self._atom, methods=["GET"]),
            Route("/b/{address}/badge.svg", self._badge, methods=["GET"]),
            Route("/nft/{mint}/picture.svg", self._picture, methods=["GET"]),
            Route("/n/{creator}/{name}", self._named, methods=["GET"]),
            *evidence.routes(self._site.database),
            Route("/c/{address}/check", self._check, methods=["GET"]),
            Route(f"{API}/layout.json", self._layout, methods=["GET"]),
            Route("/health", self._health, methods=["GET"]),
            Route("/robots.txt", _robots, methods=["GET"]),
            Mount("/static", _Static(directory=_STATIC)),
        ]
        if self._rpc is not None:
            routes.append(Mount("/rpc", self._rpc))
        return Starlette(
            routes=routes,
            middleware=[Middleware(Guard, limits=self._limits, cost=_cost)],
            exception_handlers={
                HTTPException: self._refused,
                FederityError: self._failed,
                Exception: self._broken,
            },
        )

    # --- pages

    def _html(self, page: Page) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            found = await self._found(page, request)
            extra: dict[str, Any] = {}
            if isinstance(found, History):
                extra["graph"] = graph.draw(found.heads, found.branch_names, found.tags)
            query = f"?{request.url.query}" if request.url.query else ""
            return await self._shown(
                page.template,
                page=found,
                api=f"{_api_of(request)}{query}",
                searched=_text(request, "q"),
                **extra,
            )

        return endpoint

    def _json(self, page: Page) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return _document(await self._found(page, request))

        return endpoint

    async def _found(self, page: Page, request: Request) -> Any:
        ask = Ask(dict(request.path_params), dict(request.query_params), int(time.time()))
        found = await page.view(self._live, ask)
        if found is None:
            raise unknown(page.name)
        return found

    async def _shown(self, template: str, code: int = 200, **values: Any) -> Response:
        seen = await self._site.database.answer(status)
        html = self._renderer.page(
            template,
            **{
                "api": "",
                "searched": "",
                "version": self._version,
                "cluster": self._site.cluster,
                "links": self._site.links,
                "status": seen,
                "trouble": self.trouble,
                **values,
            },
        )
        return HTMLResponse(html, code, {"Cache-Control": _CACHE if code == 200 else "no-store"})

    # --- the page that checks

    async def _check(self, request: Request) -> Response:
        ask = Ask(dict(request.path_params), {}, int(time.time()))
        found = await self._site.database.known(lambda db: pages.commit(db, ask), "commit")
        asked = request.query_params.get("rpc", "")[:300]
        rpc = asked or self._site.links.rpc
        origin = checking.origin_of(rpc)
        refused = "That is no URL of an RPC node." if asked and origin is None else ""
        response = await self._shown("check.html", page=found, rpc=rpc if origin else "", refused=refused)
        response.headers["Content-Security-Policy"] = checking.policy(origin or "")
        return response

    async def _layout(self, _: Request) -> Response:
        return JSONResponse(checking.layout(), headers={"Cache-Control": _CACHE})

    # --- other forms

    async def _atom(self, request: Request) -> Response:
        address, site = request.path_params["address"], self._site.public_url
        feed = await self._site.database.known(lambda db: feeds.atom(db, address, site), "branch")
        return Response(feed, headers={"Cache-Control": _CACHE}, media_type="application/atom+xml")

    async def _badge(self, request: Request) -> Response:
        address = request.path_params["address"]
        found = await self._site.database.known(lambda db: feeds.badge(db, address), "branch")
        return Response(found, headers={"Cache-Control": "public, max-age=60"}, media_type="image/svg+xml")

    async def _picture(self, request: Request) -> Response:
        mint = request.path_params["mint"]
        found = await self._site.database.known(lambda db: tokens.picture(db, mint), "picture")
        # A stranger drew it: nothing in it may run or fetch, however it is opened.
        policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
        headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": policy}
        return Response(found, headers=headers, media_type="image/svg+xml")

    async def _named(self, request: Request) -> Response:
        ask = Ask(dict(request.path_params), {}, 0)
        path = await self._site.database.answer(lambda db: pages.called(db, ask))
        if path is None:
            raise NotFound("There is no repository of that name.")
        return RedirectResponse(path)

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(openapi.description("1"))

    async def _health(self, _: Request) -> Response:
        seen = await self._site.database.answer(status)
        document = {**dataclasses.asdict(seen), "trouble": self.trouble}
        return JSONResponse(document, 503 if self.trouble else 200, {"Cache-Control": "no-store"})

    # --- refusals

    async def _refused(self, request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 500
        sentence = {404: "There is no such page.", 405: "Pages are only read."}.get(
            code, "That cannot be done."
        )
        return await self._error(request, code, sentence)

    async def _failed(self, request: Request, error: Exception) -> Response:
        if isinstance(error, NotFound):
            return await self._error(request, 404, error.sentence)
        _log.warning("%s: %s", request.url.path, error)
        return await self._error(request, 503, "The chain or the store gives no answer now.")

    async def _broken(self, request: Request, error: Exception) -> Response:
        _log.error("%s", request.url.path, exc_info=error)
        return PlainTextResponse("Something went wrong here.\n", 500)

    async def _error(self, request: Request, code: int, sentence: str) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": sentence}, code)
        title = {404: "Not here", 405: "Not possible", 503: "Not now"}.get(code, "Not possible")
        return await self._shown("error.html", code, title=title, sentence=sentence)


class _Static(StaticFiles):
    """Files that pages name with their version; modules name each other without."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """Say that they never change."""
        response = super().file_response(*arguments, **named)
        versioned = not str(arguments[0]).endswith(("chain.js", "checks.js", "verifier.js"))
        response.headers["Cache-Control"] = _FOREVER if versioned else "no-cache"
        return response


async def _robots(_: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /api/\nDisallow: /events/\nDisallow: /a/\n")


def _document(found: Any) -> Response:
    body = json.dumps(dataclasses.asdict(found), ensure_ascii=True, separators=(",", ":"))
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": _CACHE}
    return Response(body, headers=headers, media_type="application/json")


def _api_of(request: Request) -> str:
    path = request.url.path
    return f"{API}{'/home' if path == '/' else path}"


def _text(request: Request, name: str) -> str:
    return request.query_params.get(name, "")[:200]


_COSTS = [(compile_path(page.path)[0], page.cost) for page in PAGES]


def _cost(path: str) -> int:
    """What a path counts for, in requests."""
    plain = path.removeprefix(API)
    return next((cost for pattern, cost in _COSTS if pattern.match(plain)), 1)


def _version_of_static() -> str:
    state = hashlib.sha256()
    for path in sorted(_STATIC.rglob("*")):
        if path.is_file():
            state.update(path.read_bytes())
    return state.hexdigest()[:12]
