"""Pages and their JSON: whole, linked, described, and harmless whatever strangers wrote."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import jsonschema

from explorer.hostile import HOSTILE, Said
from federity_explorer.guarding import Guard, Limits
from federity_explorer.views.registry import API

ATOM = "{http://www.w3.org/2005/Atom}"


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


async def test_whatever_strangers_write_is_text(said: Said) -> None:
    for url in said.pages():
        answer = await said.client.get(url)
        assert answer.status_code == 200, (url, answer.text)
        for tag, attributes in tags(answer.text):
            assert tag not in ("script", "b", "entry", "iframe"), url
            assert not any(name.startswith("on") or name == "style" for name in attributes), url
            href = attributes.get("href") or attributes.get("src") or ""
            assert not href or href.startswith(("/", "https://explorer.solana.com/", "#")), (url, href)
        assert "\u202e" not in answer.text and "\x1b" not in answer.text and "\0" not in answer.text
        assert " 49 " not in answer.text, "a text was taken for a template"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_page_has_its_json_as_described(said: Said) -> None:
    described = (await said.client.get(f"{API}/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    for url in said.pages():
        path, _, query = url.partition("?")
        answer = await said.client.get(f"{API}{'/home' if path == '/' else path}?{query}")
        assert answer.headers["content-type"] == "application/json"
        template = next(
            one
            for one in described["paths"]
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), answer.url.path)
        )
        content = described["paths"][template]["get"]["responses"]["200"]["content"]
        schema = {**content["application/json"]["schema"], "components": described["components"]}
        jsonschema.validate(answer.json(), schema)
    # Strangers' texts reach programs as they are.
    update = said.pages()[8]
    assert (await said.client.get(f"{API}{update}")).json()["commit"]["message"] in HOSTILE


async def test_links_of_pages_lead_somewhere(said: Said) -> None:
    seen: set[str] = set()
    for url in said.pages():
        for tag, attributes in tags((await said.client.get(url)).text):
            href = attributes.get("href") or ""
            if tag == "a" and href.startswith("/"):
                seen.add(href)
    known = [one for one in sorted(seen) if not re.match(r"/(a|program|diff|nft)\b|/w/\w+/nfts", one)]
    for href in known[:: max(1, len(known) // 60)]:
        # A person who only reviewed is a wallet too; the head of nothing is nowhere.
        assert (await said.client.get(href)).status_code == 200, href


async def test_feeds_and_badges_are_sound_xml(said: Said) -> None:
    branch = next(url for url in said.pages() if url.startswith("/b/"))
    feed = await said.client.get(f"{branch}/feed.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(feed.text)  # noqa: S314 - our own
    entries = root.findall(f"{ATOM}entry")
    assert entries and all(entry.find(f"{ATOM}id") is not None for entry in entries)
    assert "forged" not in [entry.findtext(f"{ATOM}id") for entry in entries]
    badge = await said.client.get(f"{branch}/badge.svg")
    assert ElementTree.fromstring(badge.text).attrib["role"] == "img"  # noqa: S314
    assert re.search(r"L\d, \d+ contributors?, verified|not verified|base only", badge.text)


async def test_what_is_not_there_is_said_so(said: Said) -> None:
    nobody = "1" * 32
    for url in (
        "/nope",
        f"/r/{nobody}",
        f"/c/{nobody}",
        f"/c/{nobody}/provenance",
        f"/w/{nobody}",
        "/c/%3Cx%3E",
    ):
        for path in (url, f"{API}{url}"):
            answer = await said.client.get(path)
            assert answer.status_code == 404, path
            assert "<x>" not in answer.text
    assert (await said.client.post("/")).status_code == 405
    assert (await said.client.get(f"{API}/search", params={"q": "x" * 500})).status_code == 200
    assert (await said.client.get("/static/%2e%2e/app.py")).status_code == 404
    assert (await said.client.get("/", params={"from": "-1"})).status_code == 200
    assert (await said.client.get("/", params={"from": "9" * 40})).status_code == 200


async def test_search_finds_by_every_name(said: Said) -> None:
    update = said.one("SELECT address FROM commits WHERE kind = 2")
    blob = said.one(f"SELECT blob_hash FROM commits WHERE address = '{update}'")  # noqa: S608
    author = said.one(f"SELECT author FROM commits WHERE address = '{update}'")  # noqa: S608
    signature = said.one("SELECT signature FROM transactions")
    for text, kind in (
        (update, "commit"),
        (update[:10], "commit"),
        (blob, "commit"),
        (blob[:12].upper(), "commit"),
        (author, "wallet"),
        (signature, "transaction"),
        (said.one("SELECT address FROM repositories"), "repository"),
        (HOSTILE[0][:6], "repository"),
        (HOSTILE[4][:6], "tag"),
        (said.one("SELECT mint FROM nfts"), "NFT"),
    ):
        hits = (await said.client.get(f"{API}/search", params={"q": text})).json()["hits"]
        assert kind in {hit["kind"] for hit in hits}, text


async def test_too_many_requests_and_too_long_ones_are_refused() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("not reached")

    guard = Guard(app, Limits(rate=0.1), lambda path: 50 if "/diff/" in path else 1)
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def ask(path: str, client: str) -> int:
        sent.clear()
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [],
            "client": (client, 1),
        }
        try:
            await guard(scope, None, send)  # type: ignore[arg-type]
        except AssertionError:
            return 200
        return int(str(sent[0]["status"]))

    assert await ask("/", "a") == 200
    assert await ask("/", "a") == 429
    assert await ask("/", "b") == 200, "each client has its own"
    assert await ask("/" + "x" * 3000, "c") == 414
    assert json.dumps([name.decode() for name, _ in sent[0]["headers"]])  # type: ignore[attr-defined]
