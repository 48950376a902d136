"""Keypair files: what is read, what is refused, and that secrets stay where they are."""

import json
import os
import stat
from pathlib import Path

import pytest
from solders.keypair import Keypair

from federity.contacts import Contacts
from federity.errors import ConfigError, WalletError
from federity.wallet import Wallet, address_of


def test_a_created_wallet_reads_back(tmp_path: Path) -> None:
    created = Wallet.create(tmp_path / "keys" / "id.json")
    read = Wallet.read(tmp_path / "keys" / "id.json")
    assert read.pubkey == created.pubkey
    message = b"a message"
    assert read.sign(message).verify(read.pubkey, message)


def test_the_file_is_solanas_and_private(tmp_path: Path) -> None:
    wallet = Wallet.create(tmp_path / "id.json")
    numbers = json.loads((tmp_path / "id.json").read_text())
    assert Keypair.from_bytes(bytes(numbers)).pubkey() == wallet.pubkey
    assert stat.S_IMODE((tmp_path / "id.json").stat().st_mode) == 0o600


def test_creating_never_overwrites(tmp_path: Path) -> None:
    wallet = Wallet.create(tmp_path / "id.json")
    with pytest.raises(WalletError, match="exists already"):
        Wallet.create(tmp_path / "id.json")
    assert Wallet.read(tmp_path / "id.json").pubkey == wallet.pubkey


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WalletError, match=r"^There is no keypair file .*id\.json\."):
        Wallet.read(tmp_path / "id.json")


@pytest.mark.parametrize(
    "text",
    ["", "not json", "{}", "null", "[1, 2, 3]", json.dumps([300] * 64), json.dumps(["a"] * 64), '"abc"'],
)
def test_what_is_no_array_of_64_bytes_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "id.json").write_text(text)
    with pytest.raises(WalletError, match="not a JSON array of 64 numbers"):
        Wallet.read(tmp_path / "id.json")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "id.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WalletError, match="not a JSON array"):
        Wallet.read(tmp_path / "id.json")


def test_a_public_half_of_another_key_is_refused(tmp_path: Path) -> None:
    mixed = bytes(Keypair())[:32] + bytes(Keypair())[32:]
    (tmp_path / "id.json").write_text(json.dumps(list(mixed)))
    with pytest.raises(WalletError, match="damaged"):
        Wallet.read(tmp_path / "id.json")


def test_neither_repr_nor_errors_show_the_secret(tmp_path: Path) -> None:
    secret = bytes(Keypair())
    (tmp_path / "id.json").write_text(json.dumps(list(secret[:-1])))
    with pytest.raises(WalletError) as refused:
        Wallet.read(tmp_path / "id.json")
    assert str(secret[5]) + ", " + str(secret[6]) not in str(refused.value)
    wallet = Wallet.generate()
    assert str(wallet.keypair) not in repr(wallet)


def test_an_address_is_taken_in_every_form(tmp_path: Path) -> None:
    wallet = Wallet.create(str(tmp_path / "id.json"))
    forms = (wallet, wallet.pubkey, str(wallet.pubkey), tmp_path / "id.json", str(tmp_path / "id.json"))
    assert {address_of(form) for form in forms} == {wallet.pubkey}


def test_a_contact_s_name_is_its_address_and_a_path_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named, file = Wallet.generate(), Wallet.create("alice")
    contacts = Contacts(tmp_path)
    assert address_of("alice", contacts) == file.pubkey
    contacts.add("alice", named.pubkey)
    assert address_of("alice", contacts) == named.pubkey
    assert address_of("./alice", contacts) == address_of(Path("alice"), contacts) == file.pubkey


def test_what_is_no_wallet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no wallet's address"):
        address_of("somebody")
    with pytest.raises(ConfigError, match="A int is no wallet"):
        address_of(3)  # type: ignore[arg-type]
    with pytest.raises(WalletError, match="There is no keypair file"):
        address_of(tmp_path / "gone.json")


def test_a_keypair_that_others_can_read_draws_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Wallet.create(tmp_path / "id.json")
    Wallet.read(tmp_path / "id.json")
    assert caplog.records == []
    (tmp_path / "shared.json").write_bytes((tmp_path / "id.json").read_bytes())
    (tmp_path / "shared.json").chmod(0o644)
    Wallet.read(tmp_path / "shared.json")
    Wallet.read(tmp_path / "shared.json")
    (record,) = caplog.records
    assert "chmod 600" in record.getMessage()


def test_what_is_no_small_file_is_refused_at_once(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(4 << 30)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "large", tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(WalletError, match="no keypair file"):
            Wallet.read(path)
