"""A session that is not open, or no longer, says so."""

from pathlib import Path

import pytest

import federity
from federity.errors import ConfigError
from federity.repository.repository import Repository
from federity.session import Session


async def test_a_session_is_entered(tmp_path: Path) -> None:
    session = federity.connect(home=tmp_path)
    for use in (lambda: session.chain, lambda: session.wallet, lambda: session.url):
        with pytest.raises(ConfigError, match=r"not open\. Open it with `async with federity\.connect"):
            use()
    with pytest.raises(ConfigError, match="async with"):
        await session  # type: ignore[misc]
    with pytest.raises(ConfigError, match="async with"), session:  # type: ignore[attr-defined]
        pass
    with pytest.raises(AttributeError):
        session.nothing  # noqa: B018
    with pytest.raises(ConfigError, match="async with"):
        await Repository.create(session, tmp_path / "x", {}, name="x", insecure=True)  # type: ignore[arg-type]


@pytest.mark.svm
async def test_a_session_that_is_over_says_so(tmp_path: Path) -> None:
    async with federity.connect(home=str(tmp_path)) as session:
        await session.chain.slot()
    for use in (lambda: session.chain, lambda: session.storage, lambda: session.prover):
        with pytest.raises(ConfigError, match="session is over"):
            use()


def test_a_keypair_may_be_named_by_a_text(tmp_path: Path) -> None:
    made = federity.Wallet.create(str(tmp_path / "id.json"))
    ports: dict[str, object] = {"chain": None, "storage": None, "prover": None, "url": "embedded"}
    session = Session(**ports, keypair=str(tmp_path / "id.json"))  # type: ignore[arg-type]
    assert session.wallet.pubkey == session.payer.pubkey == made.pubkey
    assert session.named_keypair == str(tmp_path / "id.json")
    # A working copy remembers it, and the folder that it was named from may go.
    named = Session(**ports, keypair=tmp_path / "gone" / ".." / "id.json")  # type: ignore[arg-type]
    assert named.named_keypair == str(tmp_path / "id.json")
    brought = Session(**ports, keypair=made)  # type: ignore[arg-type]
    assert (brought.wallet, brought.named_keypair, brought.payer_file) == (made, "", None)
