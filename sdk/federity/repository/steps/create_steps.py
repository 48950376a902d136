"""Putting a repository on its chain: the account, a genesis, and the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity._generated.constants import REPOSITORY_INSECURE
from federity.chain import pda
from federity.errors import WorktreeError
from federity.objects import Location, Manifest, Place
from federity.progress import OnProgress
from federity.prover.keys import UNIT_SIZES
from federity.repository.ledger import query
from federity.repository.ledger.planning import unit_size
from federity.repository.reports.rules import Rules
from federity.repository.steps.key_steps import pin_steps
from federity.repository.steps.transactions import Step
from federity.repository.working_copy.workspace import Workspace

if TYPE_CHECKING:
    pass


MAIN = "main"


async def steps(
    workspace: Workspace, rules: Rules, location: Location, on_progress: OnProgress
) -> list[Step]:
    """What is missing of the repository on its chain: the account, the genesis with its base at `location`,
    the keys.

    Empty when all is there.

    Raises WorktreeError when another model was created under the same name.
    """
    session, worktree = workspace.session, workspace.worktree
    config, manifest = worktree.config(), workspace.manifest
    chain = session.chain
    wallet, payer = session.wallet.pubkey, session.payer.pubkey
    repository, branch = workspace.repository, pda.branch(workspace.repository, MAIN)
    member = pda.member(repository, wallet)
    missing: list[Step] = []
    srs = await session.prover.srs()
    if await query.load(chain, accounts.Repository, repository) is None:
        missing.append(
            Step(
                program.repository_create(
                    payer=payer,
                    authority=wallet,
                    repository=repository,
                    member=member,
                    name=pda.padded_name(config.name),
                    flags=REPOSITORY_INSECURE if config.insecure else 0,
                    cluster=bytes.fromhex(config.cluster) or await chain.genesis_hash(),
                    tau_g2=srs.tau_g2,
                ),
                (accounts.Repository.SIZE, accounts.Member.SIZE),
            )
        )
    base_hash = bytes.fromhex(config.base)
    found = await query.load(chain, accounts.Branch, branch)
    if found is not None and bytes(found.base_hash) != base_hash:
        raise WorktreeError(
            f"{config.spec} exists already, with another model.", hint="Choose another name, or clone it."
        )
    if found is None:
        missing.append(genesis_step(workspace, member, MAIN, manifest, Place(location, base_hash), rules))
    if config.insecure:
        missing += await pin_steps(workspace, unit_size(manifest.elements, UNIT_SIZES), on_progress)
    return missing


def genesis_step(
    workspace: Workspace,
    member: Pubkey,
    name: str,
    manifest: Manifest,
    base: Place,
    rules: Rules,
    ancestor: Pubkey | None = None,
) -> Step:
    """Create a branch with a base of its own, made from `ancestor` when there is one."""
    session = workspace.session
    branch, location = pda.branch(workspace.repository, name), base.location
    return Step(
        program.genesis_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            ancestor=ancestor,
            branch=branch,
            commit=pda.genesis(branch),
            name=pda.padded_name(name),
            manifest_hash=manifest.hash,
            base_hash=base.sha256,
            location=types.BlobLocation(tag=int(location.tag), id=location.id),
            chunks=manifest.chunks,
            rules=rules.arguments(),
        ),
        (accounts.Branch.SIZE, accounts.Commit.SIZE),
    )
