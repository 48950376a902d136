"""The code of a documentation page, as one script that a reader who types everything would run."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# What is not typed: output, and commands for another machine. Everything else on a page is run.
SHOWN = "text"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it is to be saved as (or none), its text and line."""

    language: str
    file: str
    text: str
    line: int

    def script(self, words: dict[str, str], around: str = "") -> str:
        """What a shell does with it.

        Each of `words` is replaced by the value of a shell's expression, and a line `# train` by training.
        `around` is the program that a snippet of Python is a part of, where it says `SNIPPET`.
        """
        mark = f"echo '--- line {self.line}'\n"
        if self.file:
            fill = "".join(f'sed -i "s|{word}|{value}|g" {self.file}\n' for word, value in words.items())
            return f"{mark}cat > {self.file} <<'END_OF_FILE'\n{self.text}END_OF_FILE\n{fill}"
        if self.language == "sh":
            text = re.sub(r"^# train$", "train", self.text, flags=re.MULTILINE)
            for word, value in words.items():
                text = re.sub(rf"\b{word}\b", lambda _, value=value: value, text)
            return mark + text
        if self.language == "python":
            text = around.replace("SNIPPET", textwrap.indent(self.text, " " * 8).strip()) or self.text
            return f"{mark}python - <<'END_OF_PYTHON'\n{text}END_OF_PYTHON\n"
        raise AssertionError(
            f"line {self.line}: a block of {self.language or 'no language'} is neither run nor a file; "
            f"name the file after the language, or mark it as `{SHOWN}`"
        )


def blocks(page: Path) -> list[Block]:
    """The blocks of a page that are run, in order."""
    text = page.read_text()
    found = []
    for match in FENCE.finditer(text):
        language, _, file = match["info"].strip().partition(" ")
        if language != SHOWN:
            found.append(Block(language, file.strip(), match["text"], text.count("\n", 0, match.start()) + 1))
    return found


def indented(page: Path) -> list[str]:
    """Code that is set off by indenting alone, which nobody runs."""
    plain = FENCE.sub("", page.read_text())
    paragraphs = re.split(r"\n\s*\n", plain)
    return [paragraph for paragraph in paragraphs if re.match(r"\n?    \S", paragraph)]


def script(page: Path, words: dict[str, str], around: str = "") -> str:
    """All blocks as one script. `words` are those that stand for a reader's own, with what they are here."""
    return "\n".join(block.script(words, around) for block in blocks(page))
