"""What a commit stands on, in forms that others read: provenance, bill of materials, card, signature."""

from typing import TYPE_CHECKING

from federity import lazy

if TYPE_CHECKING:
    from federity.repository.evidence import checking as checking
else:
    __getattr__ = lazy.modules(__name__)
