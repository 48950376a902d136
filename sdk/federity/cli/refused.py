"""What the command line refuses by itself."""

from __future__ import annotations

from federity.errors import FederityError

USAGE = 2


class Refused(FederityError):
    """The command was not agreed to, or its options do not fit together; nothing was done."""

    exit_code = USAGE
