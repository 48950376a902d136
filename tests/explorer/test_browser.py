"""The explorer in a real browser, on a history that really happened: with scripts, without, by keyboard."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

from explorer.real_history import HOSTILE, Places, made, served
from federity._generated import accounts
from protocol.vectors import load

pytestmark = [pytest.mark.svm, pytest.mark.prover]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("Chromium is not installed (Debian: apt install chromium)", allow_module_level=True)


@dataclass(frozen=True)
class Site:
    """The explorer that listens, what is in it, and a browser."""

    url: str
    places: Places
    browser: Browser

    @property
    def pages(self) -> dict[str, str]:
        """A page of each kind."""
        at = self.places
        return {
            "home": "/",
            "search": "/search?q=digits",
            "nothing found": "/search?q=zzzz",
            "repository": f"/r/{at.repository}",
            "fork": f"/r/{at.fork}",
            "history": f"/r/{at.repository}/history",
            "proposals": f"/r/{at.repository}/proposals?state=all",
            "branch": f"/b/{at.branch}",
            "proved update": f"/c/{at.proved}",
            "merge": f"/c/{at.merge}",
            "vetoed update": f"/c/{at.vetoed}",
            "operation's result": f"/c/{at.result}",
            "provenance": f"/c/{at.result}/provenance",
            "check": f"/c/{at.proved}/check",
            "round": f"/round/{at.round}",
            "waiting proposal": f"/o/{at.waiting}",
            "merged proposal": f"/o/{at.merged}",
            "wallet": f"/w/{at.ann}",
            "held": f"/w/{at.ann}/nfts",
            "nft": f"/nft/{at.nft}",
            "commit's nft": f"/nft/{at.commit_nft}",
            "difference": f"/diff/{at.genesis}/{at.result}",
            "account": f"/a/{at.round}",
            "program": "/program",
            "events": f"/events/{at.tag}",
            "not there": "/nope",
        }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("explorer")
    places = made(home)
    with served(home) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Site(url, places, browser)
        browser.close()


@dataclass
class Seen:
    """A browser's page with what went wrong on it."""

    page: Page
    faults: list[str]


@pytest.fixture
def opened(site: Site) -> Iterator[Callable[..., Seen]]:
    contexts = []

    def open_(**settings: Any) -> Seen:
        context = site.browser.new_context(base_url=site.url, **settings)
        contexts.append(context)
        seen = Seen(context.new_page(), [])
        seen.page.on("console", lambda message: seen.faults.append(message.text))
        seen.page.on("pageerror", lambda error: seen.faults.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.faults.append(f"a dialog: {dialog.message}"))
        return seen

    yield open_
    for context in contexts:
        context.close()


BROAD = ("repository", "history", "merge", "check", "difference", "nft", "merged proposal")
"""Pages with all there is to colour, and with the widest tables."""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_every_page_is_sound(site: Site, opened: Callable[..., Seen], scheme: str, width: int) -> None:
    """axe-core finds nothing, the browser complains of nothing, and nothing is wider than the window."""
    axe, found = Axe(), {}
    seen = opened(color_scheme=scheme, viewport={"width": width, "height": 800})
    for name, path in site.pages.items():
        answer = seen.page.goto(path)
        assert answer is not None and answer.status == (404 if name == "not there" else 200), name
        wide = seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} is {wide} pixels too wide"
        if scheme == "light" or name in BROAD:
            for fault in axe.run(seen.page).response["violations"]:
                found[f"{name}: {fault['id']}"] = [node["target"] for node in fault["nodes"]]
    assert [fault for fault in seen.faults if "404" not in fault] == []
    assert found == {}


def test_without_scripts_all_is_there(site: Site, opened: Callable[..., Seen]) -> None:
    """Everything but the check, which says that it needs them; and strangers' markup is text."""
    page = opened(java_script_enabled=False).page
    for name, path in site.pages.items():
        page.goto(path)
        assert page.locator("h1").count() == 1, name
        assert page.locator("footer").inner_text().startswith("the embedded chain · slot "), name
        assert page.locator("main img:not(.badge):not(.picture), main script").count() == 0, name
    at = site.places
    page.goto(site.pages["check"])
    assert "needs scripts" in page.locator("noscript").inner_text()
    page.goto(site.pages["vetoed update"])
    assert HOSTILE in page.locator("h1").inner_text()
    assert HOSTILE in page.locator("blockquote").last.inner_text()
    page.goto(site.pages["merged proposal"])
    assert page.locator("h1").inner_text() == "Second half"
    assert page.locator(".reviews li").count() == 2
    page.goto(site.pages["waiting proposal"])
    assert "changes requested" in page.locator("main").inner_text()
    page.goto(site.pages["fork"])
    page.get_by_role("link", name="digits").first.click()
    assert page.url.endswith(f"/r/{at.repository}")
    assert page.get_by_role("link", name="v1").count() == 1
    page.goto(site.pages["nft"])
    assert page.locator("main").inner_text().count("holds") >= 5 and "does not hold" not in page.content()
    page.goto(site.pages["held"])
    assert page.locator("main ul.plain li").count() == 1
    page.goto(site.pages["difference"])
    assert page.locator("tbody tr").count() == 3
    page.goto(site.pages["program"])
    assert "the same" in page.locator("main").inner_text() and "insecure" in page.locator("main").inner_text()


def test_the_keyboard_reaches_content_search_and_tables(site: Site, opened: Callable[..., Seen]) -> None:
    page = opened().page
    page.goto(f"/r/{site.places.repository}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto("/")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type(site.places.merge[:12])
    page.keyboard.press("Enter")
    page.get_by_role("link", name=site.places.merge).click()
    assert page.url.endswith(f"/c/{site.places.merge}")


def test_pictures_of_strangers_run_nothing(site: Site, opened: Callable[..., Seen]) -> None:
    seen = opened()
    answer = seen.page.goto(f"/nft/{site.places.nft}/picture.svg")
    assert answer is not None and answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script" not in policy


LINE = re.compile(r"^(?:the |this )?(\w+) verified\s*(.*?):.*$", re.DOTALL)


def checked(page: Page, commit: str) -> tuple[str, list[str]]:
    """What the check of a commit says, and its lines."""
    page.goto(f"/c/{commit}/check")
    page.click("#check")
    page.wait_for_selector("#lines li")
    page.wait_for_selector("#check:enabled")
    return page.locator("#state").inner_text(), page.locator("#lines li").all_inner_texts()


def test_commits_are_checked_here(site: Site, opened: Callable[..., Seen]) -> None:
    """Proofs by the program's own verifier; a merge and operations, finished or not, by their sums."""
    seen, at = opened(), site.places
    wanted = {
        at.proved: {
            "page: proofs and openings",
            "page: commitment",
            "page: norm",
            "page: key",
            "nobody: blob",
        },
        at.merge: {"page: set", "page: sum", "chain: sum"},
        at.solo: {"page: set", "page: sum", "chain: sum"},
        at.result: {"page: terms", "page: sum", "chain: sum"},
        at.vetoed: {"nobody: proofs"},
        at.genesis: {"nobody: base"},
    }
    for commit, lines in wanted.items():
        state, found = checked(seen.page, commit)
        assert state == "Everything that can be checked here holds.", (found, seen.faults)
        said = {LINE.sub(r"\1: \2", line) for line in found}
        assert lines <= said, said
        assert "nobody: secrets" in said
    assert seen.faults == []


Change = Callable[[Any, bytearray], None]


def tampered(page: Page, kind: type, change: Change) -> None:
    """Let the node lie about all accounts of a kind: `change` gets where the fields lie, and the bytes."""

    def lie(value: Any) -> Any:
        if isinstance(value, list):
            return [lie(one) for one in value]
        if not isinstance(value, dict):
            return value
        data = value.get("data")
        if isinstance(data, list) and len(data) == 2:
            found = bytearray(base64.b64decode(data[0]))
            if found.startswith(kind.DISCRIMINATOR):  # type: ignore[attr-defined]
                change(kind.OFFSETS, found)  # type: ignore[attr-defined]
                return {**value, "data": [base64.b64encode(found).decode(), data[1]]}
        return {name: lie(one) for name, one in value.items()}

    def answer(route: Route) -> None:
        real = route.fetch()
        route.fulfill(response=real, body=json.dumps(lie(real.json())))

    page.route("**/rpc/**", answer)


def _flip(field: str, at: int = 0) -> Change:
    def change(offsets: dict[str, int], data: bytearray) -> None:
        data[offsets[field] + at] ^= 1

    return change


@pytest.mark.parametrize(
    ("which", "kind", "change", "line"),
    [
        ("proved", accounts.VerifyingKey, _flip("bytes_", 40), "key"),
        ("proved", accounts.Commit, _flip("blob_hash"), "unit 0"),
        ("proved", accounts.Commit, _flip("norm"), "norm"),
        ("merge", accounts.Commit, _flip("samples"), "set"),
        ("merge", accounts.Round, _flip("set_hash"), "set"),
        ("merge", accounts.Round, _flip("rejected"), "sum"),
        ("result", accounts.Operation, _flip("terms", 34), "terms"),
        ("result", accounts.Operation, _flip("author"), "terms"),
        ("result", accounts.Repository, _flip("cluster"), "chain"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_node_that_lies_is_found_out(
    site: Site, opened: Callable[..., Seen], which: str, kind: type, change: Change, line: str
) -> None:
    page = opened().page
    tampered(page, kind, change)
    state, found = checked(page, getattr(site.places, which))
    assert "do not hold" in state, (state, found)
    wrong = [one.removeprefix("not verified").strip() for one in found if one.startswith("not verified")]
    assert any(one.startswith(f"{line}:") for one in wrong), found


def test_a_sum_of_other_points_is_found_out(site: Site, opened: Callable[..., Seen]) -> None:
    """The points of heads exchanged: each is on the curve, and the sum is another."""
    page, first = opened().page, bytearray()

    def exchange(offsets: dict[str, int], data: bytearray) -> None:
        place = slice(offsets["chunk"], offsets["chunk"] + 64)
        if any(data[place]):
            mine = bytes(data[place])
            data[place] = first or data[place]
            first[:] = mine

    tampered(page, accounts.Commit, exchange)
    state, found = checked(page, site.places.result)
    assert "do not hold" in state, found


def test_a_node_that_does_not_answer_is_no_verdict(site: Site, opened: Callable[..., Seen]) -> None:
    page = opened().page
    page.route("**/rpc/**", lambda route: route.abort())
    state, found = checked(page, site.places.merge)
    assert state == "The check did not come to its end." and len(found) == 1


def test_the_page_connects_to_no_other_node(site: Site, opened: Callable[..., Seen]) -> None:
    """Whatever its script did: the browser itself forbids it."""
    seen = opened()
    seen.page.goto(f"/c/{site.places.merge}/check?rpc=https://node.example.org")
    blocked = "fetch('https://elsewhere.example.org').then(() => 'went', () => 'blocked')"
    assert seen.page.evaluate(blocked) == "blocked"
    assert any("Content Security Policy" in fault for fault in seen.faults)


# The page's own modules on the golden unit, as it is and changed, and on sums of points.
GOLDEN = """async (unit) => {
  const { Verifier, IDENTITY } = await import("/static/check/verifier.js");
  const { base58, unbase58 } = await import("/static/check/chain.js");
  const verifier = await Verifier.load("/static/check/verifier.wasm");
  const hex = (text) => Uint8Array.from(text.match(/../g), (two) => parseInt(two, 16));
  const it = { key: hex(unit.verifying_key), tau: hex(unit.tau_g2), offset: unit.offset };
  it.norm = BigInt(unit.norm);
  for (const name of ["proof", "point", "opening", "p", "y", "context"]) it[name] = hex(unit[name]);
  const twice = verifier.plus(verifier.plus(IDENTITY, it.point, 1n), it.point, 1n);
  return {
    right: verifier.refusal(it),
    wrong: verifier.refusal({ ...it, norm: it.norm + 1n }),
    sealed: verifier.refusal({ ...it, sealed: true }),
    doubled: String(verifier.plus(IDENTITY, it.point, 2n)) === String(twice),
    none: verifier.plus(twice, it.point, -2n).every((byte) => byte === 0),
    round: [...unbase58(base58(hex("0000ff10")))],
  };
}"""


def test_the_verifier_says_what_the_program_says(site: Site, opened: Callable[..., Seen]) -> None:
    page = opened().page
    page.goto(site.pages["check"])
    assert page.evaluate(GOLDEN, load("unit")) == {
        "right": "",
        "wrong": "the proof does not hold",
        "sealed": "the proof does not hold",
        "doubled": True,
        "none": True,
        "round": [0, 0, 255, 16],
    }


def test_every_place_of_the_history_is_looked_at(site: Site) -> None:
    urls = " ".join(site.pages.values())
    unseen = {name for name, at in dataclasses.asdict(site.places).items() if at not in urls}
    assert unseen == {"solo", "owner"}
