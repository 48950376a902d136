"""The node on the wire: what HTTP it takes, from whom, and how much of it."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from contract.served import Served, served
from federity_node.limits import Limits, Rates, is_loopback, may_write
from federity_node.rpc import BATCH

pytestmark = pytest.mark.svm

LIMITS = Limits(body=50_000, blob=3_000_000, patience=0.2)
SLOT = {"jsonrpc": "2.0", "id": 1, "method": "getSlot"}
AIRDROP = {"jsonrpc": "2.0", "id": 1, "method": "requestAirdrop", "params": ["1" * 31 + "2", 10**9]}


@pytest_asyncio.fixture
async def node(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, LIMITS) as opened:
        yield opened


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient() as client:
        yield client


async def test_requests_are_bounded_and_typed(node: Served, http: httpx2.AsyncClient) -> None:
    answer = await http.post(node.url, json=SLOT)
    assert (answer.status_code, answer.json()["id"]) == (200, 1)
    assert answer.headers["content-type"] == "application/json"
    assert (
        await http.post(node.url, content=b"{}", headers={"Content-Type": "text/plain"})
    ).status_code == 415
    answer = await http.post(node.url, json={**SLOT, "params": ["x" * 60_000]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, -32600)
    answer = await http.post(node.url, content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, -32700)
    assert (await http.get(node.url)).status_code == 405
    assert (await http.post(f"{node.url}/else", json=SLOT)).status_code == 404
    assert (await http.post(node.url, json={"jsonrpc": "2.0", "method": "getSlot"})).status_code == 204
    assert (await http.get(f"{node.url}/health")).text == "ok"
    many = [{**SLOT, "id": number} for number in range(BATCH)]
    assert [item["id"] for item in (await http.post(node.url, json=many)).json()] == list(range(BATCH))


async def test_a_body_in_pieces_without_a_length_is_bounded_too(
    node: Served, http: httpx2.AsyncClient
) -> None:
    async def pieces(count: int) -> AsyncIterator[bytes]:
        yield b'{"jsonrpc":"2.0","id":1,"method":"getSlot","x":"'
        for _ in range(count):
            yield b"x" * 10_000
        yield b'"}'

    headers = {"Content-Type": "application/json"}
    assert (await http.post(node.url, content=pieces(2), headers=headers)).status_code == 200
    assert (await http.post(node.url, content=pieces(9), headers=headers)).status_code == 413


async def raw(node: Served, sent: bytes) -> bytes:
    """What comes back to bytes of one's own."""
    host, port = node.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    await writer.drain()
    answer = await reader.read(20_000)
    writer.close()
    return answer


async def test_who_falls_silent_is_not_waited_for(node: Served) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
    assert (await raw(node, head + b"{")).startswith(b"HTTP/1.1 408")
    put = f"PUT /blobs/{'0' * 64} HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\nabc".encode()
    assert (await raw(node, put)).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("length", [b"-1", b"x", b"9" * 30])
async def test_a_length_that_is_none_is_refused(node: Served, length: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
    assert (await raw(node, head + length + b"\r\n\r\n{}"))[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 413")


async def test_browsers_may_read_from_any_page_and_write_from_this_machine_s(
    node: Served, http: httpx2.AsyncClient
) -> None:
    page = {"Origin": "https://explorer.solana.com"}
    asked = {
        **page,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = await http.options(node.url, headers={**asked, "Access-Control-Request-Private-Network": "true"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-private-network"] == "true"
    put = await http.options(node.url, headers={**asked, "Access-Control-Request-Method": "PUT"})
    assert put.status_code == 400
    assert "result" in (await http.post(node.url, json=SLOT, headers=page)).json()
    assert "token" in (await http.post(node.url, json=AIRDROP, headers=page)).json()["error"]["message"]
    assert (await http.put(f"{node.url}/blobs/{'0' * 64}", content=b"", headers=page)).status_code == 403
    mine = {"Origin": "http://localhost:3000"}
    assert "result" in (await http.post(node.url, json=AIRDROP, headers=mine)).json()


async def test_writing_needs_the_token_where_there_is_one(tmp_path: Path, http: httpx2.AsyncClient) -> None:
    token = "a-token-of-some-length"
    name, data = hashlib.sha256(b"data").hexdigest(), b"data"
    async with served(tmp_path, LIMITS, token) as node:
        basic = base64.b64encode(f"{token}:".encode()).decode()
        port = node.url.rpartition(":")[2]
        for url, headers, may in (
            (node.url, {}, False),
            (node.url, {"Authorization": "Bearer wrong"}, False),
            (node.url, {"Authorization": "Basic !!"}, False),
            (node.url, {"Authorization": f"Bearer {token}"}, True),
            (node.url, {"Authorization": f"Basic {basic}"}, True),
            (f"{node.url}?token={token}", {}, True),
            (f"http://{token}@127.0.0.1:{port}", {"Origin": "https://example.org"}, True),
        ):
            answer = (await http.post(url, json=AIRDROP, headers=headers)).json()
            assert ("result" in answer) is may, url
            assert "result" in (await http.post(url, json=SLOT, headers=headers)).json()
        place = f"{node.url}/blobs/{name}"
        assert (await http.put(place, content=data)).status_code == 403
        assert (await http.get(place)).status_code == 404
        assert (await http.put(f"{place}?token={token}", content=data)).status_code == 201
        assert (await http.get(place)).content == data


async def test_who_asks_too_fast_is_told_how_long_to_wait(tmp_path: Path, http: httpx2.AsyncClient) -> None:
    async with served(tmp_path, Limits(rate=1.0)) as node:
        answers = [await http.post(node.url, json=SLOT) for _ in range(12)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 1 <= len(refused) <= 2
        assert refused[0].json()["error"]["code"] == 429
        assert refused[0].headers["retry-after"] == "1"
        assert (await http.post(node.url, json=[SLOT] * 50)).status_code == 429


def test_a_bucket_holds_ten_seconds_worth_and_refills() -> None:
    now = [0.0]
    rates = Rates(2.0, now=lambda: now[0])
    assert [rates.admit("a", 1) for _ in range(20)] == [0.0] * 20
    assert rates.admit("a", 1) == 0.5
    assert rates.admit("b", 20) == 0.0
    now[0] = 0.5
    assert rates.admit("a", 1) == 0.0
    # A batch of more than a bucket holds waits for a full one, and is paid off afterwards.
    assert rates.admit("c", 100) == 0.0
    assert rates.admit("c", 1) == pytest.approx(40.5)
    rates.rate = 0.0
    assert rates.admit("c", 1000) == 0.0
    rates.rate = 1.0
    for number in range(20_000):
        rates.admit(str(number), 1)
    assert len(rates.buckets) <= 10_000


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),  # noqa: S104
     ("::", False), ("10.0.0.1", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_which_addresses_are_this_machine_s(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("origin", "may"),
    [(None, True), ("http://localhost:3000", True), ("http://[::1]", True), ("null", False), ("", False),
     ("http://localhost.example", False), ("http://[", False), ("https://127.0.0.1@evil.example", False)],
)  # fmt: skip
def test_which_pages_may_write(origin: str | None, may: bool) -> None:
    assert may_write(None, [], origin) is may
    assert may_write("secret", ["secret"], origin)
    assert not may_write("secret", ["secre", ""], origin)


async def put(http: httpx2.AsyncClient, node: Served, data: bytes, name: str = "") -> int:
    name = name or hashlib.sha256(data).hexdigest()
    return (await http.put(f"{node.url}/blobs/{name}", content=data)).status_code


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


async def test_blobs_are_kept_under_their_hash_and_nothing_else_is(
    node: Served, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    assert await put(http, node, b"other bytes", "0" * 64) == 422
    assert await put(http, node, b"x" * 3_000_001) == 413
    for name in ("0" * 63, "g" * 64, "0" * 65, "A" * 64, "..%2f..%2fetc%2fpasswd", "%00"):
        assert (await http.get(f"{node.url}/blobs/{name}")).status_code == 404
    assert kept(tmp_path) == []
    for data in (b"", b"abc", bytes(range(256)) * 10_000):
        name = hashlib.sha256(data).hexdigest()
        place = f"{node.url}/blobs/{name}"
        assert (await http.head(place)).status_code == (await http.get(place)).status_code == 404
        assert await put(http, node, data) == 201
        assert await put(http, node, data) == 204
        answer = await http.get(place)
        assert (answer.status_code, answer.content) == (200, data)
        head = await http.head(place)
        assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(data)), b"")
    rest = await http.get(place, headers={"Range": "bytes=1000-"})
    assert (rest.status_code, rest.content) == (206, data[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(data) - 1}/{len(data)}"
    assert (await http.get(place, headers={"Range": f"bytes={len(data)}-"})).status_code == 416
    assert (await http.get(place, headers={"Range": "bytes=5-9, 11-"})).content == data


async def test_a_damaged_blob_is_healed_by_who_has_it(
    node: Served, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    await put(http, node, b"abc")
    (path,) = kept(tmp_path)
    path.write_bytes(b"ab")
    assert await put(http, node, b"abc") == 201
    assert path.read_bytes() == b"abc"


async def test_an_upload_that_breaks_off_leaves_nothing(node: Served, tmp_path: Path) -> None:
    host, port = node.url.removeprefix("http://").split(":")
    name = hashlib.sha256(b"x" * 2_000_000).hexdigest()
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"PUT /blobs/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n".encode())
    writer.write(b"x" * 1_500_000)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(20):
        while kept(tmp_path):  # noqa: ASYNC110 - the node's own thread removes it
            await asyncio.sleep(0.02)
    async with httpx2.AsyncClient() as http:
        assert await put(http, node, b"x" * 2_000_000) == 201


async def test_many_uploads_of_one_blob_at_once(
    node: Served, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    data = b"y" * 300_000
    found = await asyncio.gather(*(put(http, node, data) for _ in range(40)))
    assert set(found) <= {201, 204}
    assert len(kept(tmp_path)) == 1


async def test_no_answer_names_a_folder_or_shows_a_traceback(
    node: Served, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "store").write_bytes(b"a file where the store should be")
    answer = await http.put(f"{node.url}/blobs/{hashlib.sha256(b'a').hexdigest()}", content=b"a")
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    assert json.loads((await http.post(node.url, json=SLOT)).text)["result"]
