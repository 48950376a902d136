"""Who plays on a stage, and by which rules."""

from __future__ import annotations

from dataclasses import replace

from federity._generated import constants, types
from program.world import RULES, wallet

__all__ = [
    "ALICE",
    "BOB",
    "BRIEF",
    "KEEPER",
    "LATE",
    "LONG",
    "MAINTAINER",
    "NEWCOMER",
    "PEOPLE",
    "PLACE",
    "PROPOSED",
    "RULES_NOW",
    "STRANGER",
]

ALICE, BOB, KEEPER, MAINTAINER = (wallet(name) for name in ("alice", "bob", "keeper", "maintainer"))
# Members of nothing.
STRANGER, NEWCOMER = wallet("stranger"), wallet("newcomer")
PEOPLE = {
    ALICE: constants.ROLE_CONTRIBUTOR,
    BOB: constants.ROLE_CONTRIBUTOR,
    KEEPER: constants.ROLE_KEEPER,
    MAINTAINER: constants.ROLE_MAINTAINER,
}
PLACE = types.BlobLocation(tag=2, id=b"\x06" * 32)
# Phases that outlast the building of both stages, phases of one slot, and all but the last of one slot.
LONG = 1 << 20
RULES_NOW = replace(
    RULES,
    allow_server=True,
    allow_sealed=True,
    norm_bound=1 << 60,
    propose_slots=LONG,
    review_slots=LONG,
    merge_slots=LONG,
)
BRIEF = replace(RULES_NOW, propose_slots=1, review_slots=1, merge_slots=1)
LATE = replace(BRIEF, merge_slots=LONG)
# Rules under which the first phase alone is over.
PROPOSED = replace(RULES_NOW, propose_slots=1)
