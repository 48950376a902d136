"""How a verb that takes seconds tells what it is doing; see `federity.progress`."""

from federity.progress import OnProgress, Progress, silent

__all__ = ["OnProgress", "Progress", "silent"]
