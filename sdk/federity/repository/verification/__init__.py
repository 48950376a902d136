"""What a third party rechecks, from chain and store alone: no working copy is believed, or needed."""

from typing import TYPE_CHECKING

from federity import lazy

if TYPE_CHECKING:
    from federity.repository.verification import verify as verify
else:
    __getattr__ = lazy.modules(__name__)
