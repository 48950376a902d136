"""Whether a mint is one that the program made, by what the chain holds of it: without a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from federity.chain import pda
from federity.repository.reports.verify_reports import Check

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.chain.token import Mint

__all__ = ["Home", "check", "checked"]


@dataclass(frozen=True)
class Home:
    """The repository that a mint is said to be of: its address, the mint that it names, and what is there, if
    that is another than the one in question.
    """

    repository: Pubkey
    own: Pubkey
    group: Mint | None


def checked(address: Pubkey, mint: Mint, subject: Pubkey | None, home: Home) -> list[Check]:
    """The checks of a mint; `subject` is the commit or repository whose mint has this address, if any."""
    return [
        check("one", mint.supply == 1 and mint.decimals == 0, f"there are {mint.supply}"),
        check("nobody's", *_authorities(mint)),
        check(
            "ours",
            subject is not None,
            "no commit of this repository has this mint: somebody else made it",
        ),
        check(
            "description's pointer",
            mint.metadata == address == mint.described,
            f"it points at {mint.metadata}, and what it says is about {mint.described}",
        ),
        _group(address, mint, subject, home),
    ]


def _authorities(mint: Mint) -> tuple[bool, str]:
    left = {
        "mints more": mint.mint_authority,
        "freezes it": mint.freeze_authority,
        "moves its pointer": mint.metadata_authority,
        "changes what it says": mint.update_authority,
    }
    found = [f"{who} {what}" for what, who in left.items() if who is not None]
    found += [f"it has {power}" for power in mint.powers]
    return not found, ", ".join(found)


def _group(address: Pubkey, mint: Mint, subject: Pubkey | None, home: Home) -> Check:
    """That the repository names the group, and the group the mint."""
    name, own = "group", home.own
    if own != pda.mint(home.repository):
        return Check(name, "failed", "the repository names no NFT of its own")
    if subject == home.repository:
        group = mint.group
        ok = mint.group_pointer == address and group is not None and group.mint == address
        ok = ok and group is not None and group.authority == home.repository
        return check(name, ok, "it is not the group of this repository")
    member, group = mint.member, None if home.group is None else home.group.group
    ok = mint.member_pointer == address and member is not None and member.mint == address
    ok = ok and member is not None and member.group == own
    ok = ok and group is not None and group.mint == own and member is not None and member.number <= group.size
    return check(name, ok, f"it is no member of the repository's group {own}")


def check(name: str, ok: bool, wrong: str) -> Check:
    """A check that passed, or did not because of what is `wrong`."""
    return Check(name, "passed" if ok else "failed", "" if ok else wrong)
