"""URLs as messages, logs and reports show them: providers put keys into every part of them."""

import re
from urllib.parse import urlsplit, urlunsplit

__all__ = ["hide", "shown_url"]

_HIDDEN = "***"
_TOKEN = re.compile(r"(?=[^/]*[0-9])[A-Za-z0-9_.~%=-]{16,}|[A-Za-z0-9_-]{32,}")
"""A part of a path that no person chose."""
_URL = re.compile(r"\b(?:https?|wss?)://[^\s\"'<>\\]+", re.IGNORECASE)


def shown_url(url: str) -> str:
    """A URL without what may be secret: user, password, query values, fragment, tokens in the path."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return _HIDDEN
    user = f"{_HIDDEN}@" if "@" in parts.netloc else ""
    path = "/".join(_HIDDEN if _TOKEN.fullmatch(part) else part for part in parts.path.split("/"))
    query = "&".join(
        f"{part.partition('=')[0]}={_HIDDEN}" if "=" in part else _HIDDEN
        for part in parts.query.split("&")
        if part
    )
    return urlunsplit((parts.scheme, user + host, path, query, _HIDDEN if parts.fragment else ""))


def hide(text: str) -> str:
    """A text with every URL in it as `shown_url` gives it: also what a library says may name one."""
    return _URL.sub(lambda found: shown_url(found[0]), text)
