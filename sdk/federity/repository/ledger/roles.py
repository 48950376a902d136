"""What a member may do now: the program's own reading of roles, epochs and delegates."""

from __future__ import annotations

from federity._generated.accounts import Member, Repository
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROLE_OWNER,
    ROLE_READER,
)

ROLES = {
    "reader": ROLE_READER,
    "contributor": ROLE_CONTRIBUTOR,
    "keeper": ROLE_KEEPER,
    "maintainer": ROLE_MAINTAINER,
    "owner": ROLE_OWNER,
}
NAMES = {number: name for name, number in ROLES.items()}


def role_now(repository: Repository, member: Member) -> int:
    """The role that a member holds: the owner's by the repository's word; a keeper or maintainer who has not
    been confirmed since the repository changed hands is a contributor.
    """
    if member.wallet == repository.owner:
        return ROLE_OWNER
    if member.role >= ROLE_KEEPER and member.epoch != repository.epoch:
        return ROLE_CONTRIBUTOR
    return member.role


def delegate_role_now(repository: Repository, member: Member, slot: int) -> int:
    """The most that a member's delegate may do in a slot; 0 when it has lapsed."""
    late = 0 < member.delegate_expires < slot
    if member.delegate_epoch != repository.epoch or late:
        return 0
    return min(role_now(repository, member), member.delegate_role)


def stands_behind(repository: Repository, member: Member | None, slot: int) -> bool:
    """Whether what a member said in a slot counts now as a maintainer's word."""
    return (
        member is not None and member.joined_slot <= slot and role_now(repository, member) >= ROLE_MAINTAINER
    )
