"""Who answers for the program: what is at its address is compared with what this package was built with.

Whoever deploys at an address decides what runs there, and whoever may upgrade it decides what will. A wallet
signs as payer, so a stranger's program could take what it has. Nothing is signed, and no account of the
program is believed, before this check.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain import loader
from federity.chain.base import Account
from federity.chain.program import packaged_program
from federity.errors import WrongProgram
from federity.files import write_atomically

__all__ = ["NOBODY", "Expected", "code_hash", "expected", "is_local"]

Read = Callable[[Sequence[Pubkey], int | None], Awaitable[Sequence[Account | None]]]
"""Reads accounts, or only so many first bytes of their data."""

NOBODY = "none"
"""In the settings: nobody may upgrade the program."""

_FINAL_LOADER = Pubkey.from_string("BPFLoader2111111111111111111111111111111111")
_HEADER = loader.PROGRAMDATA_HEADER


def code_hash(code: bytes) -> str:
    """The sha256 of a program's code without the zeroes after it, as `solana-verify` prints it."""
    return hashlib.sha256(code.rstrip(b"\0")).hexdigest()


def is_local(url: str) -> bool:
    """Whether a URL names this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Expected:
    """What should be at the program's address.

    `code` is its `code_hash`; `authority` who may upgrade it (`none`: nobody), empty when nobody was named;
    `named` whether the person named the address; `cache` the folder that remembers which deployments were
    found right.
    """

    program: Pubkey
    code: str
    authority: str
    local: bool
    name: str
    cache: Path | None = field(default=None, repr=False)
    named: bool = False

    async def check(self, read: Read, genesis: bytes) -> None:
        """Compare. Raises WrongProgram, ChainUnavailable."""
        self._check_id()
        place = loader.programdata_address(self.program)
        account, data = await read([self.program, place], _HEADER)
        where = f"The program at {self.program} on {self.name}"
        if account is None or not account.executable:
            raise WrongProgram(
                f"There is no program at {self.program} on {self.name}.",
                hint="Name its address there with --program.",
            )
        if account.owner == _FINAL_LOADER:
            (whole,) = await read([self.program], None)
            self._check_code(where, b"" if whole is None else whole.data)
            return
        if account.owner != loader.LOADER or data is None or data.owner != loader.LOADER:
            raise WrongProgram(f"{where} is of a loader whose code cannot be compared.")
        try:
            found = loader.read_programdata(data.data)
        except ValueError as error:
            raise WrongProgram(f"{where} has no code.") from error
        self._check_authority(where, found.authority)
        mark = self._mark(genesis, found.slot)
        if mark is not None and _says(mark, self.code):
            return
        (whole,) = await read([place], None)
        code = b"" if whole is None else whole.data[_HEADER:]
        self._check_code(where, code)
        if mark is not None:
            _note(mark, self.code)

    def _check_id(self) -> None:
        if self.program == PROGRAM_ID and not self.local and not self.named:
            raise WrongProgram(
                f"{self.program} is the development address, whose key everybody has: "
                f"what runs there on {self.name} is anybody's.",
                hint="Ask who runs the program there for its address, and name it with --program or "
                "`federity config program ADDRESS`. If this is the node of people you trust, and your wallet "
                "has nothing on any other chain, name the development address itself.",
            )

    def _check_authority(self, where: str, found: Pubkey | None) -> None:
        """A program that nobody may upgrade stays what it is; else its authority must be the named one."""
        if found is None or self.authority == str(found):
            return
        if self.authority:
            wanted = "nobody" if self.authority == NOBODY else self.authority
            raise WrongProgram(
                f"{where} may be upgraded by {found}; expected is {wanted}.",
                hint="If you trust that address, `federity config program_authority ADDRESS`.",
            )
        if not self.local:
            raise WrongProgram(
                f"{where} may be replaced at any time by {found}, and nobody said whether to trust it.",
                hint=f"If you do, `federity config program_authority {found}`.",
            )

    def _check_code(self, where: str, code: bytes) -> None:
        found = code_hash(code)
        if found != self.code:
            raise WrongProgram(
                f"{where} has other code than expected: its hash is {found}, not {self.code}.",
                hint=f"If you trust that code, `federity config program_hash {found}`.",
            )

    def _mark(self, genesis: bytes, slot: int) -> Path | None:
        """The file that remembers one deployment: the loader notes in which slot it happened."""
        if self.cache is None:
            return None
        return self.cache / "programs" / f"{genesis.hex()[:16]}-{self.program}-{slot}"


def expected(
    url: str, name: str, *, program: str = "", code: str = "", authority: str = "", cache: Path | None = None
) -> Expected:
    """What a node at `url` should have, by the settings; where they are empty, by the package.

    `name` is the URL as messages show it. Raises ConfigError when the package holds no program.
    """
    return Expected(
        Pubkey.from_string(program) if program else PROGRAM_ID,
        code or code_hash(packaged_program()),
        authority,
        is_local(url),
        name,
        cache,
        named=bool(program),
    )


def _says(mark: Path, code: str) -> bool:
    try:
        return mark.read_bytes()[:100] == code.encode()
    except OSError:
        return False


def _note(mark: Path, code: str) -> None:
    """Remember; where nothing can be written, the next command reads the code again."""
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(mark, [code.encode()])
    except OSError:
        return
