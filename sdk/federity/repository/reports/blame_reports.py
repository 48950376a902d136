"""What `blame` answers: whose commits the weights are the sum of."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class BlameShare(Report):
    """One author's part of a change.

    `share` is what it moved in the direction in which the whole went, of all that: the shares of a tensor
    sum to 1, and one who pulled the other way has a negative one. `length` is the Euclidean length of what
    the author changed, of that of the whole change.
    """

    author: str
    share: float
    length: float


@dataclass(frozen=True)
class TensorBlame(Report):
    """The authors of a tensor's change since the base, the largest share first; none if it is unchanged."""

    name: str
    shares: tuple[BlameShare, ...]


@dataclass(frozen=True)
class BlameReport(Report):
    """Whose commits a commit is the sum of, which was added up as integers: `whole` is of all tensors."""

    commit: str
    whole: TensorBlame
    tensors: tuple[TensorBlame, ...]


@dataclass(frozen=True)
class WithoutReport(Report):
    """A commit's weights less all that is in them of an author's `commits`, to the integer.

    `length` is the Euclidean length of what that takes out, `digest` the identity of the weights that are
    left, `file` where they were written. It is no unlearning: what others trained later stands on it still.
    """

    commit: str
    author: str
    commits: int
    length: float
    digest: str
    file: str = ""
