"""NFTs of a repository and its commits: made, held, given away and rechecked."""

from typing import TYPE_CHECKING

from federity import lazy

if TYPE_CHECKING:
    from federity.repository.nfts import checking as checking
    from federity.repository.nfts import giving as giving
    from federity.repository.nfts import looking as looking
    from federity.repository.nfts import minting as minting
    from federity.repository.nfts import proceeds as proceeds
    from federity.repository.nfts import selling as selling
else:
    __getattr__ = lazy.modules(__name__)
