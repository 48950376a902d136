"""Both stages, every call that goes through on them, and what an attacker has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from solders.pubkey import Pubkey

from federity._generated import instructions
from program.matrix import idl
from program.matrix.goods import GOODS
from program.matrix.mutations import Case, Subject, mutations, twins
from program.matrix.pool import Pool, wallets_of
from program.matrix.stage import Stage
from program.matrix.trial import Trial
from program.proving import Prover
from program.world import wallet

__all__ = ["Matrix"]


@dataclass(frozen=True)
class Matrix:
    """The subjects, in the order of the list of calls, and a machine to try them on."""

    subjects: tuple[Subject, ...]
    pool: Pool
    trial: Trial
    optional: dict[tuple[str, str], str]

    @classmethod
    def build(cls, program: bytes, prover: Prover) -> Matrix:
        """Set both stages, one good call after the other, in lock-step."""
        mine = Stage(program, prover, wallet("owner"))
        other = Stage(program, prover, wallet("other owner"), beside=mine)
        subjects = []
        for number, good in enumerate(GOODS):
            calls = []
            for stage in (mine, other):
                stage.label = f"{number}-{good.instruction}"[:32]
                calls.append(stage.captured(good.build(stage)))
            subjects.append(Subject(good, *calls))
        # Brief phases are over, long ones are not.
        mine.pass_slots(16)
        names = _names(mine, "mine") | _names(other, "twin")
        wallets = wallets_of(owner=mine.owner, payer=mine.payer, **{"the twin's owner": other.owner})
        trial = Trial(mine.svm, wallets.values())
        pool = Pool(trial.svm, names, wallets)
        return cls(tuple(subjects), pool, trial, _optional(subjects, pool))

    def cases(self, subject: Subject) -> Iterator[Case]:
        """Every changed call of one subject."""
        yield from mutations(subject, self.pool, self.optional)
        yield from twins(subject)


def _names(stage: Stage, whose: str) -> dict[Pubkey, str]:
    """Where each account of a stage was seen first."""
    names: dict[Pubkey, str] = {}
    for sent in stage.sent:
        for call in sent.calls:
            arguments = instructions.decode_arguments(bytes(call.data))
            if arguments is not None:
                for meta, slot in zip(call.accounts, idl.slots(arguments.NAME), strict=False):
                    names.setdefault(meta.pubkey, f"{whose}, {slot.name} of {arguments.NAME}")
    return names


def _optional(subjects: list[Subject], pool: Pool) -> dict[tuple[str, str], str]:
    """The types of optional accounts, from calls in which they are present."""
    return {
        (subject.good.instruction, slot.name): pool.kind(meta.pubkey)
        for subject in subjects
        for slot, meta in zip(idl.slots(subject.good.instruction), subject.call.accounts, strict=False)
        if slot.optional and pool.kind(meta.pubkey) != "program"
    }
