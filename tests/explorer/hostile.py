"""Texts of strangers at their worst, in every field that a stranger writes."""

from __future__ import annotations

import json
from typing import Any

from federity_explorer.index.store import Store

HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)>',
    "javascript:alert(3)",
    "' onmouseover='alert(4)",
    "</title></textarea></svg><svg onload=alert(5)>",
    "{{ 7 * 7 }} {% raw %}",
    "\u202egnp.exe\u0000\x1b[2J",
    "]]></summary><entry><id>forged</id></entry>",
    "&lt;b&gt; &amp; <b>",
)


class Said:
    """An explorer's pages, and what was written into its index."""

    client: Any

    def __init__(self, store: Store) -> None:
        self.store = store

    def write(self) -> None:
        """Let every text say something hostile: words, figures' names, names of people's things, models."""
        db = self.store.db
        tensors = [{"name": text, "shape": [2, 3], "dtype": text, "kind": "parameter"} for text in HOSTILE]
        model = {
            "weights": 6,
            "elements": 6,
            "precision": 7,
            "tensors": tensors,
            "more": 1,
            "texts": {text: text for text in HOSTILE} | {"license": HOSTILE[0]},
        }
        described = {
            "name": HOSTILE[3],
            "description": "".join(HOSTILE),
            "image": "ab" * 32,
            "attributes": {text: text for text in HOSTILE},
        }
        with self.store.writing():
            rows = db.execute("SELECT hash, kind FROM words").fetchall()
            for number, row in enumerate(rows):
                text = {"base": json.dumps(model), "nft": json.dumps(described)}.get(
                    row["kind"], HOSTILE[number % len(HOSTILE)]
                )
                figures = json.dumps(dict.fromkeys(HOSTILE, "1.5"))
                db.execute(
                    "UPDATE words SET text = ?, figures = ?, again = 0 WHERE hash = ? AND kind = ?",
                    (text, figures, row["hash"], row["kind"]),
                )
            db.execute("UPDATE repositories SET name = ?", (HOSTILE[0],))
            db.execute("UPDATE branches SET name = ? || name", (HOSTILE[3],))
            db.execute("UPDATE tags SET name = ? || name", (HOSTILE[4],))
            db.execute("UPDATE commits SET location = ? WHERE kind = 2", ("arweave:" + HOSTILE[1],))

    def one(self, query: str) -> str:
        """A value of the index."""
        return str(self.store.db.execute(query).fetchone()[0])

    def path(self, start: str, query: str) -> str:
        """The path of a page about what a query finds."""
        return start + self.one(query)

    def pages(self) -> list[str]:
        """A page of each kind."""
        head = self.one("SELECT head FROM branches ORDER BY head_seq DESC LIMIT 1")
        update = self.one("SELECT subject FROM reviews WHERE verdict = 1")
        repository = self.one("SELECT address FROM repositories")
        branch = self.one("SELECT address FROM branches ORDER BY head_seq DESC LIMIT 1")
        found = [
            "/",
            "/search?q=%3Cscript%3E",
            f"/search?q={head[:9]}",
            f"/r/{repository}",
            f"/r/{repository}/history",
            f"/r/{repository}/history?branch={branch}",
            f"/b/{branch}",
            f"/c/{head}",
            f"/c/{update}",
            f"/c/{head}/provenance",
            self.path("/round/", "SELECT address FROM rounds"),
            self.path("/w/", "SELECT author FROM commits WHERE kind = 2"),
            self.path("/tx/", "SELECT signature FROM transactions"),
            f"/events/{repository}",
            f"/r/{repository}/proposals?state=all",
            self.path("/c/", "SELECT subject FROM nfts WHERE subject != repository"),
            self.path("/c/", "SELECT tagged FROM tags"),
            self.path("/r/", "SELECT address FROM repositories WHERE ancestor != ''"),
        ]
        if self.one("SELECT count(*) FROM operations") != "0":
            found.append(self.path("/o/", "SELECT address FROM operations"))
        return found
