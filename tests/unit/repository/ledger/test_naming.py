"""How a repository to clone is named."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from solders.pubkey import Pubkey

from federity.chain import pda
from federity.contacts import Contacts
from federity.errors import NotFound
from federity.repository.ledger.naming import address_of

OWNER = Pubkey.new_unique()


@pytest.fixture
def session(tmp_path: Path) -> Any:
    return SimpleNamespace(contacts=Contacts(tmp_path))


def test_owner_and_name_or_the_address_in_any_form(session: Any) -> None:
    repository = pda.repository(OWNER, "digits")
    session.contacts.add("ann", OWNER)
    forms = (f"{OWNER}/digits", "ann/digits", repository, str(repository))
    assert {address_of(session, form) for form in forms} == {repository}


@pytest.mark.parametrize("spec", ["bob/none", "digits", "", "ann"])
def test_what_names_no_repository_says_what_does(session: Any, spec: str) -> None:
    with pytest.raises(NotFound, match=r"names no repository.*OWNER/NAME.*federity address"):
        address_of(session, spec)
