"""The program's events, read from the instructions it sends to itself.

An event travels as the data of a self-call (tag, discriminator, fields): unlike log lines, those are never
cut short.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from federity._generated.program import program_id

if TYPE_CHECKING:
    from federity._generated.events import Event
    from federity.chain.base import InnerInstruction

__all__ = ["decode_events"]


def decode_events(inner: Iterable[InnerInstruction]) -> tuple[Event, ...]:
    """The events among inner instructions, in the order of emission, without kinds not known here."""
    # The kinds are many, and a verb that sends nothing opens a chain without one of them.
    from federity._generated.events import EVENT_TAG, decode_event

    found = (
        decode_event(instruction.data[len(EVENT_TAG) :])
        for instruction in inner
        if instruction.program == program_id() and instruction.data.startswith(EVENT_TAG)
    )
    return tuple(event for event in found if event is not None)
