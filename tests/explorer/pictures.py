"""Takes the pictures that the explorer's guide shows: `make explorer-pictures`."""

from __future__ import annotations

import argparse
import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from explorer.real_history import served


def _asked(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def take(home: Path, folder: Path) -> None:
    """Show a demo's history to a browser, and keep what it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    with served(home) as url, sync_playwright() as playwright:
        known = _asked(f"{url}/api/v1/search?q=digits")["hits"]
        found = (_asked(f"{url}/api/v1{hit['path']}") for hit in known if hit["kind"] == "repository")
        repository = max(found, key=lambda one: max(card["seq"] or 0 for card in one["heads"]))
        head = next(card for card in repository["heads"] if card["kind"] == "merge")
        pages = {
            "repository": f"/r/{repository['repository']['address']}",
            "commit": f"/c/{head['address']}",
            "provenance": f"/c/{head['address']}/provenance",
            "difference": f"/diff/{head['parent']}/{head['address']}",
            "check": f"/c/{head['terms'][0]['commit']}/check",
        }
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1080, "height": 760}, base_url=url)
        for name, path in pages.items():
            page.goto(path)
            if name == "check":
                page.click("#check")
                page.wait_for_selector("#lines li")
                page.wait_for_selector("#check:enabled")
            page.screenshot(path=folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="the FEDERITY_HOME that a demo kept")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    arguments = parser.parse_args()
    take(arguments.home, arguments.folder)
