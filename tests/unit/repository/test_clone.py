"""How a repository to clone is named."""

import pytest
from solders.pubkey import Pubkey

from federity.chain import pda
from federity.errors import NotFound
from federity.repository.clone import _address

OWNER = Pubkey.new_unique()


def test_owner_and_name_or_the_address_in_any_form() -> None:
    repository = pda.repository(OWNER, "digits")
    assert {_address(f"{OWNER}/digits"), _address(repository), _address(str(repository))} == {repository}


@pytest.mark.parametrize("spec", ["nobody/none", "digits", ""])
def test_what_names_no_repository_says_what_does(spec: str) -> None:
    with pytest.raises(NotFound, match=r"names no repository.*OWNER/NAME.*federity address"):
        _address(spec)
