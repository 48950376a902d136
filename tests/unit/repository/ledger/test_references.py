"""Names of commits as git has them."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from solders.pubkey import Pubkey

from federity.errors import NotFound
from federity.repository.ledger.references import parsed, parted, resolve


@pytest.mark.parametrize(
    ("reference", "name", "steps"),
    [
        ("HEAD", "HEAD", 0),
        ("@", "HEAD", 0),
        ("HEAD~2", "HEAD", 2),
        ("HEAD~", "HEAD", 1),
        ("HEAD^", "HEAD", 1),
        ("@^^~3", "HEAD", 5),
        ("HEAD^0", "HEAD", 0),
        ("main~1^1", "main", 2),
        ("1abC", "1abC", 0),
    ],
)
def test_name_and_steps(reference: str, name: str, steps: int) -> None:
    assert parsed(reference) == (name, steps)


@pytest.mark.parametrize("reference", ["HEAD~x", "HEAD~1x", "HEAD~-1", "HEAD~9999999999", "HEAD^2", "HEAD^x"])
def test_what_names_no_commit(reference: str) -> None:
    with pytest.raises(NotFound, match="names no commit"):
        parsed(reference)


def reader(*stack: Any, pushed: str = "") -> Any:
    """A working copy with local commits, as far as names go."""
    here = {"HEAD": stack, **{commit.id: stack[: at + 1] for at, commit in enumerate(stack)}}
    head = Pubkey.default()
    names = SimpleNamespace(stack=here.get, head=lambda: head, pushed=lambda _: pushed)
    return cast(Any, SimpleNamespace(names=names))


def made(identity: str, state: str = "local") -> Any:
    """A local commit."""
    return SimpleNamespace(id=identity, state=state, address="")


@pytest.mark.parametrize(
    ("reference", "stack", "below"),
    [
        ("HEAD", "ab", ""),
        ("@~1", "a", ""),
        ("HEAD~2", "", ""),
        ("HEAD~5", "", "~3"),
        ("b~1", "a", ""),
        ("a^^", "", "~1"),
        ("main", "", None),
    ],
)
def test_what_lies_below_goes_down_local_commits_first(reference: str, stack: str, below: str | None) -> None:
    found, rest = parted(reader(made("a"), made("b")), reference)
    assert "".join(commit.id for commit in found) == stack
    assert rest == (reference if below is None else f"{Pubkey.default()}{below}")


async def test_local_commits_mean_no_commit_of_the_chain_unless_it_is_the_same() -> None:
    with pytest.raises(NotFound, match="not on the chain") as refused:
        await resolve(reader(made("a"), made("b")), "HEAD~1")
    assert "HEAD~2 is the head" in (refused.value.hint or "")
    address = Pubkey.new_unique()
    assert await resolve(reader(made("a", "proposed"), pushed=str(address)), "HEAD") == address
    with pytest.raises(NotFound, match="on top of other local commits"):
        await resolve(reader(made("a"), made("b", "proposed"), pushed=str(address)), "HEAD")
