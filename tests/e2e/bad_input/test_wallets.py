"""No wallet, no money, or a file that is no wallet."""

import pytest

from federity import errors
from support.people import Person, weights

pytestmark = pytest.mark.svm


def test_no_wallet(nobody: Person) -> None:
    nobody.write(weights())
    sentence = nobody.refused(errors.WalletError, "init", "--name", "x", "--insecure")
    assert str(nobody.keypair) in sentence
    assert not (nobody.here / ".federity").exists()


@pytest.mark.parametrize("content", [b"", b"[1, 2]", b"not json", b"\xff\xfe", b"[" + b"300," * 63 + b"1]"])
def test_a_file_that_is_no_wallet(nobody: Person, content: bytes) -> None:
    nobody.keypair.parent.mkdir()
    nobody.keypair.write_bytes(content)
    sentence = nobody.refused(errors.WalletError, "whoami")
    assert "300" not in sentence


def test_an_empty_wallet(nobody: Person) -> None:
    nobody.do("key", "new", str(nobody.keypair))
    nobody.write(weights())
    nobody.do("init", "--name", "x", "--insecure")
    nobody.refused(errors.InsufficientFunds, "push", "--yes")
    nobody.do("key", "airdrop", "10")
    nobody.do("push", "--yes", "--level", "0")
