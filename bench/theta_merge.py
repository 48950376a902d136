"""Git-Theta's merge driver, with an answer to each of its questions: average ours and theirs.

Runs in Git-Theta's environment, as git calls it. It asks a person for every tensor, and a benchmark has none.
"""

import sys
from typing import Any

from git_theta import merges
from git_theta.scripts import git_theta_merge
from git_theta.scripts.git_theta_merge import main

HANDLER = "average-ours-theirs"


class Session:
    """A prompt that always says the average's short cut."""

    def prompt(self, *_: Any, **__: Any) -> str:
        """Answer."""
        handlers = merges.all_merge_handlers()
        short_cuts = git_theta_merge.make_short_cuts(handlers)
        return str(next(key for key, kind in short_cuts.items() if kind is handlers[HANDLER]))


git_theta_merge.PromptSession = Session
sys.exit(main())
