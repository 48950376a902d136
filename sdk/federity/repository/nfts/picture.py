"""The history as a picture: a bar for each move of the head, made of its authors' weights."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Final

from federity.repository.ledger.moves import Move
from federity.text import short

__all__ = ["drawn"]

_ONE: Final = 1 << 16
_SIDE, _LEFT, _TOP, _HIGH = 600, 40, 150, 330
_BARS: Final = 60
"""Moves that fit side by side: of a longer history the last ones."""
_NAMED: Final = 6
# Told apart by most eyes, also by those that see few colours (Okabe and Ito 2008).
_COLOURS: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_GREY, _INK = "#8C8C8C", "#222222"


def drawn(title: str, subtitle: str, history: Sequence[Move]) -> bytes:
    """An SVG of the history with a title, 600 by 600: the same bytes for the same history."""
    whole = Counter[str]()
    for move in history:
        for share in move.shares:
            whole[share.author] += share.weight
    ranked = sorted(whole, key=lambda author: (-whole[author], author))
    colours = {author: _COLOURS[n] if n < _NAMED else _GREY for n, author in enumerate(ranked)}
    said = f"{len(history)} moves of the head, {len(ranked)} contributors"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" role="img" '
        f'font-family="monospace" fill="{_INK}">',
        f"<title>{escape(title)}: {said}</title>",
        f'<rect width="{_SIDE}" height="{_SIDE}" fill="#FFFFFF"/>',
        f'<rect width="{_SIDE}" height="12" fill="{_tint(title + subtitle)}"/>',
        _text(_LEFT, 60, 30, title),
        _text(_LEFT, 92, 15, subtitle),
        _text(_LEFT, 120, 15, said),
        *_bars(history[-_BARS:], colours),
        *_legend(ranked, colours, whole),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def _bars(history: Sequence[Move], colours: dict[str, str]) -> list[str]:
    step = (_SIDE - 2 * _LEFT) / max(len(history), 12)
    found = []
    for place, move in enumerate(history):
        floor = float(_TOP + _HIGH)
        for share in sorted(move.shares, key=lambda share: list(colours).index(share.author)):
            high = _HIGH * share.weight / _ONE
            if not high:
                continue
            floor -= high
            found.append(
                f'<rect x="{_LEFT + place * step:.2f}" y="{floor:.2f}" width="{step * 0.85:.2f}" '
                f'height="{high:.2f}" fill="{colours[share.author]}"/>'
            )
    base = _TOP + _HIGH
    return [*found, f'<rect x="{_LEFT}" y="{base}" width="{_SIDE - 2 * _LEFT}" height="2" fill="{_GREY}"/>']


def _legend(ranked: Sequence[str], colours: dict[str, str], whole: Counter[str]) -> list[str]:
    found, total = [], sum(whole.values()) or 1
    for n, author in enumerate(ranked[:_NAMED]):
        x, y = _LEFT + (n % 2) * 270, _TOP + _HIGH + 32 + (n // 2) * 26
        found.append(f'<rect x="{x}" y="{y - 12}" width="14" height="14" fill="{colours[author]}"/>')
        found.append(_text(x + 22, y, 14, f"{short(author)} {whole[author] / total:.1%}"))
    return found


def _text(x: int, y: int, size: int, text: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}">{escape(text)}</text>'


def _tint(text: str) -> str:
    """A colour of its own for each NFT."""
    return "#" + hashlib.sha256(text.encode()).hexdigest()[:6]
