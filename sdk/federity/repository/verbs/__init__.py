"""What a person types: one file a verb. It looks, plans on what it saw, and acts."""

from typing import TYPE_CHECKING

from federity import lazy

if TYPE_CHECKING:
    from federity.repository.verbs import amend as amend
    from federity.repository.verbs import bisect as bisect
    from federity.repository.verbs import blame as blame
    from federity.repository.verbs import branch_reset as branch_reset
    from federity.repository.verbs import checkout as checkout
    from federity.repository.verbs import cherry_pick as cherry_pick
    from federity.repository.verbs import clone as clone
    from federity.repository.verbs import commit as commit
    from federity.repository.verbs import create as create
    from federity.repository.verbs import diff as diff
    from federity.repository.verbs import export as export
    from federity.repository.verbs import fetch as fetch
    from federity.repository.verbs import fork as fork
    from federity.repository.verbs import fsck as fsck
    from federity.repository.verbs import log as log
    from federity.repository.verbs import merge as merge
    from federity.repository.verbs import merge_branch as merge_branch
    from federity.repository.verbs import merge_made as merge_made
    from federity.repository.verbs import merge_recipe as merge_recipe
    from federity.repository.verbs import mirror as mirror
    from federity.repository.verbs import plot as plot
    from federity.repository.verbs import proposal_checks as proposal_checks
    from federity.repository.verbs import propose as propose
    from federity.repository.verbs import pull as pull
    from federity.repository.verbs import push as push
    from federity.repository.verbs import queueing as queueing
    from federity.repository.verbs import reflog as reflog
    from federity.repository.verbs import remote as remote
    from federity.repository.verbs import repost as repost
    from federity.repository.verbs import reset as reset
    from federity.repository.verbs import restore as restore
    from federity.repository.verbs import revert as revert
    from federity.repository.verbs import stash as stash
    from federity.repository.verbs import status as status
    from federity.repository.verbs import switch as switch
    from federity.repository.verbs import tag as tag
    from federity.repository.verbs import without as without
else:
    __getattr__ = lazy.modules(__name__)
