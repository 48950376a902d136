"""Names of wallets: what can be none, what stays one to one, and a file that is damaged."""

import stat
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from federity.contacts import Contacts
from federity.errors import ConfigError, NotFound, NothingToDo

ANN, BOB = Pubkey.new_unique(), Pubkey.new_unique()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Ann",
        "1ann",
        "-ann",
        "a.json",
        "a/b",
        "../a",
        "a b",
        "a\n",
        "ä",
        "x" * 33,
        "me",
        "owner",
        str(ANN),
    ],
)
def test_what_cannot_be_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        Contacts(tmp_path).add(name, ANN)
    assert not (tmp_path / "contacts.toml").exists()


def test_names_and_addresses_are_one_to_one(tmp_path: Path) -> None:
    contacts = Contacts(tmp_path)
    contacts.add("ann", ANN)
    with pytest.raises(NothingToDo, match="already"):
        contacts.add("ann", ANN)
    with pytest.raises(ConfigError, match=f"ann is {ANN} already"):
        contacts.add("ann", BOB)
    with pytest.raises(ConfigError, match=f"{ANN} is ann already"):
        contacts.add("annie", ANN)
    contacts.add("bob", BOB)
    assert Contacts(tmp_path).all() == {"ann": str(ANN), "bob": str(BOB)}
    assert (contacts.address("bob"), contacts.name(str(BOB))) == (BOB, "bob")
    assert (contacts.address("eve"), contacts.name(str(Pubkey.new_unique()))) == (None, "")
    assert contacts.remove("ann") == str(ANN)
    with pytest.raises(NotFound, match="'ann'"):
        contacts.remove("ann")
    assert contacts.all() == {"bob": str(BOB)}


def test_the_file_is_for_its_owner_s_eyes(tmp_path: Path) -> None:
    Contacts(tmp_path / "home").add("ann", ANN)
    assert stat.S_IMODE((tmp_path / "home" / "contacts.toml").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people = 3", "not names and addresses"),
        ("[[people]]", "not names and addresses"),
        ("other = 1", "not names and addresses"),
        ("[people", "cannot be read"),
        ("[people]\nann = 3", "'ann'"),
        ("[people]\nann = 'x'", "'ann'"),
        (f"[people]\nAnn = '{ANN}'", "'Ann'"),
        (f"[people]\nann = '{ANN}'\nbob = '{ANN}'", "one address"),
        ("version = 2", "newer"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "contacts.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        Contacts(tmp_path).all()
    # Who names nobody does not need it.
    assert Contacts(tmp_path).address(str(ANN)) is None
