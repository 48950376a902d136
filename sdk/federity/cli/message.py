"""What is said of a commit or a tag: from `-m`, a file, or the person's editor as git asks for it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.refused import Refused

if TYPE_CHECKING:
    from federity.cli.output import Console

# Bytes of a file that is read for what it says.
LONGEST = 1 << 20
TEMPLATE = """
# What did you train, and on what? Lines that start with # are left out,
# and nothing is committed without a message.
"""
OF_A_TAG = """
# What is this tag? Lines that start with # are left out, and -a sets none without a message.
"""


def asked_for(given: str | None, console: Console, what: str = "commit", template: str = TEMPLATE) -> str:
    """The message of a commit, or `what` it is of: as given, or as written in `$VISUAL` or `$EDITOR`.

    It stays for good, so none is made up. Raises Refused when there is none, or nobody to ask.
    """
    if given is not None:
        message = given.strip()
    else:
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
        if not editor or not console.interactive:
            raise Refused(f"a {what} needs a message: add -m TEXT, or set EDITOR to write it at a terminal")
        message = written_in(editor, template)
    if not message:
        raise Refused(f"there is no {what} without a message: add -m TEXT")
    return message


def written_in(editor: str, template: str = TEMPLATE) -> str:
    """What a person writes in an editor, without comments. Raises Refused when it cannot be run or fails."""
    with tempfile.TemporaryDirectory(prefix="federity-") as folder:
        path = Path(folder) / "COMMIT_MESSAGE"
        path.write_text(template, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)
            text = path.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise Refused(f"the editor {editor!r} gave no message: {error}; add -m TEXT") from error
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()


def text_in(path: Path) -> str:
    """What a file says, or with `-` the input. Raises Refused, FileUnavailable."""
    if str(path) == "-":
        return sys.stdin.read()
    from federity.local_files import contents

    try:
        return contents(path, LONGEST).decode()
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is no text in UTF-8") from error
