"""People and rules: members, branches, bases, keys, rounds, reviews, and the rent of all of these."""

from typing import TYPE_CHECKING

from federity import lazy

if TYPE_CHECKING:
    from federity.repository.governance import branches as branches
    from federity.repository.governance import keys as keys
    from federity.repository.governance import leftovers as leftovers
    from federity.repository.governance import members as members
    from federity.repository.governance import operations as operations
    from federity.repository.governance import ownership as ownership
    from federity.repository.governance import proposal_verdicts as proposal_verdicts
    from federity.repository.governance import proposals as proposals
    from federity.repository.governance import rent as rent
    from federity.repository.governance import review as review
    from federity.repository.governance import rounds as rounds
else:
    __getattr__ = lazy.modules(__name__)
