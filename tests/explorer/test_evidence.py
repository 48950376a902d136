"""Evidence at an explorer: documents of the forms that exports have, of every commit there is."""

from __future__ import annotations

import yaml

from explorer.hostile import Said
from federity_explorer.views.registry import API

KINDS = {
    "provenance.json": "application/vnd.in-toto+json",
    "bom.cdx.json": "application/vnd.cyclonedx+json; version=1.6",
    "card.md": "text/markdown; charset=utf-8",
}


async def test_every_head_has_its_documents(said: Said) -> None:
    heads = [path for path in said.pages() if path.startswith("/c/") and path.count("/") == 2]
    assert heads
    described = (await said.client.get(f"{API}/openapi.json")).json()["paths"]
    for name, kind in KINDS.items():
        answers = described[f"/c/{{address}}/{name}"]["get"]["responses"]
        assert list(answers["200"]["content"]) == [kind]
    for path in heads:
        for name, kind in KINDS.items():
            answer = await said.client.get(f"{path}/{name}")
            assert answer.status_code == 200, (path, name)
            assert answer.headers["content-type"] == kind
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        statement = (await said.client.get(f"{path}/provenance.json")).json()
        (subject,) = statement["subject"]
        assert subject["uri"].endswith(path.removeprefix("/c/"))
        bill = (await said.client.get(f"{path}/bom.cdx.json")).json()
        dependencies = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
        updates = [one["digest"]["sha256"] for one in dependencies if one["name"] == "update"]
        assert updates == [one["uid"] for one in bill["metadata"]["component"]["pedigree"]["commits"]]
        card = (await said.client.get(f"{path}/card.md")).text
        assert yaml.safe_load(card.split("---\n")[1])["federity"]["commit"] == path.removeprefix("/c/")


async def test_what_is_not_there_has_none(said: Said) -> None:
    for name in KINDS:
        assert (await said.client.get(f"/c/{'1' * 32}/{name}")).status_code == 404
    assert (await said.client.get("/c/x'y/provenance.json")).status_code == 404
