"""Names of commits as git has them."""

import pytest

from federity.errors import NotFound
from federity.repository.ledger.references import parsed


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
