"""`fork`: a repository of one's own that begins at another's head, whose history and base are its own too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import REPOSITORY_INSECURE
from federity.chain import pda
from federity.errors import ConfigError, NotFound, NothingToDo, WrongCluster
from federity.masking import shown_url
from federity.repository.ledger import query
from federity.repository.ledger.mainnet import refuse_on_mainnet
from federity.repository.ledger.naming import spec_of
from federity.repository.ledger.pins import is_development, pins_of
from federity.repository.reports import ForkReport
from federity.repository.reports.rules import Rules
from federity.repository.steps import transactions
from federity.repository.steps.branch_steps import branch_step
from federity.repository.steps.fork_steps import fork_step
from federity.repository.steps.key_steps import pin_step
from federity.repository.verbs.remote import check_leaving, move_to_fork

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace
    from federity.session import Session


async def fork(
    session: Session,
    parent: Pubkey,
    name: str | None,
    branch: str,
    dry_run: bool,
    again: bool = False,
) -> ForkReport:
    """See `Repository.fork`; with `again` one that is there is found, where it was to be made."""
    chain, wallet = session.chain, session.wallet.pubkey
    of = await query.load(chain, accounts.Repository, parent)
    if of is None:
        raise NotFound(f"There is no repository at {parent} on {shown_url(session.url)}.")
    genesis, insecure = await chain.genesis_hash(), bool(of.flags & REPOSITORY_INSECURE)
    refuse_on_mainnet(genesis, insecure)
    if bytes(of.cluster) != genesis:
        raise WrongCluster(f"{spec_of(of)} says that it was made for another chain.")
    source = await query.load(chain, accounts.Branch, pda.branch(parent, branch))
    if source is None:
        raise NotFound(f"{spec_of(of)} has no branch {branch!r}.")
    name = pda.plain_name(bytes(of.name)) if name is None else name
    own, spec = pda.repository(wallet, name), f"{wallet}/{name}"
    if own == parent:
        raise ConfigError(f"{spec} is what is to be forked.", hint="Give the fork another name with --name.")
    known = await query.load(chain, accounts.Repository, own)
    if known is not None and (known.ancestor, known.owner) != (parent, wallet):
        raise ConfigError(
            f"You made a repository {spec} already, and it is no fork of yours of {spec_of(of)}.",
            hint="Give the fork another name with --name.",
        )
    made = known is not None and await query.load(chain, accounts.Branch, pda.branch(own, branch))
    if made and not again:
        raise NothingToDo(
            f"You have forked it already: {spec}.",
            hint=f"`federity clone {spec}` fetches it, `federity merge upstream/{branch}` what is new since.",
        )
    commit = await query.load(chain, accounts.Commit, source.head)
    if commit is None:
        raise NotFound(f"There is no commit at {source.head}.")
    steps = [] if known is not None else [fork_step(session, name, parent, of)]
    if not made:
        # What another repository asks of its rules binds nobody here.
        member = pda.member(own, wallet)
        steps.append(branch_step(session, own, member, branch, source.head, commit, Rules()))
    pinned = {pin.key for _, pin in await pins_of(chain, own)}
    for _, pin in await pins_of(chain, parent):
        # A key that its owner made may be one that they can forge with; that one is for the new owner to pin.
        if pin.key not in pinned and (not insecure or is_development(pin.key)):
            steps.append(pin_step(session, own, pin.key, pin.n, pin.relation, pin.width))
    done = (await transactions.run(session, steps, dry_run)).report("forked", spec_of(of))
    return ForkReport(
        done.action,
        done.subject,
        done.signatures,
        done.cost,
        repository=str(own),
        spec=spec,
        ancestor=str(parent),
        branch=branch,
        head=str(made.fork_point if made else source.head),
    )


async def fork_here(workspace: Workspace, name: str | None, dry_run: bool) -> ForkReport:
    """See `Repository.fork_here`."""
    workspace.check_reached("fork")
    await workspace.check_chain()
    await check_leaving(workspace)
    branch = workspace.worktree.config().branch
    report = await fork(workspace.session, workspace.repository, name, branch, dry_run, again=True)
    if not dry_run:
        await move_to_fork(workspace, Pubkey.from_string(report.repository))
    return report
