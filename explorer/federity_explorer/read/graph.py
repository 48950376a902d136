"""A history as a picture: heads in lanes, one a branch, and the updates that flowed into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from federity_explorer.read.cards import Card

__all__ = ["Edge", "Graph", "Node", "draw"]

ROW, LANE, LEFT, TOP = 44, 26, 22, 26
DOTS = 6
"""Updates that are drawn of a merge; the table names all."""


@dataclass(frozen=True)
class Node:
    """A head in the picture; `tone` is its branch's colour, 0 to 5. `dots` are its updates' places,
    `tags` the names it has.
    """

    card: Card
    x: int
    y: int
    tone: int
    branch: str
    tags: str
    dots: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Edge:
    """A line between two heads, as an SVG path; `kind` is parent, term or ancestor."""

    path: str
    kind: str
    tone: int


@dataclass(frozen=True)
class Graph:
    """The picture: sizes in pixels."""

    width: int
    height: int
    text_x: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(heads: Sequence[Card], names: dict[str, str], tags: dict[str, str]) -> Graph:
    """Heads, newest first, as a graph; `names` are those of branches by address, `tags` of tags by commit."""
    lanes: dict[str, int] = {}
    for card in sorted(heads, key=lambda card: (names.get(card.branch) != "main", -card.tx)):
        lanes.setdefault(card.branch, len(lanes))
    text_x = LEFT + LANE * max(len(lanes), 1) + 6
    nodes = {}
    for number, card in enumerate(heads):
        lane = lanes[card.branch]
        x, y = LEFT + LANE * lane, TOP + ROW * number
        updates = [term for term in card.terms if term.update]
        dots = tuple(
            (text_x + 4 + 13 * index, y + 14, term.commit) for index, term in enumerate(updates[:DOTS])
        )
        nodes[card.address] = Node(
            card, x, y, lane % 6, names.get(card.branch, ""), tags.get(card.address, ""), dots
        )
    bottom = TOP + ROW * len(heads)
    edges = []
    for node in nodes.values():
        for target, kind in _below(node.card):
            other = nodes.get(target)
            x, y = (other.x, other.y) if other else (node.x, bottom)
            edges.append(Edge(_curve(node.x, node.y, x, y), kind, node.tone))
    return Graph(860, bottom + 6, text_x, tuple(nodes.values()), tuple(edges))


def _below(card: Card) -> list[tuple[str, str]]:
    found = []
    if card.parent:
        found.append((card.parent, "ancestor" if card.kind == "genesis" else "parent"))
    found += [(term.commit, "term") for term in card.terms if not term.update and term.commit != card.parent]
    return found


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    if x == to_x:
        return f"M{x} {y}V{to_y}"
    bend = y + ROW // 2
    return f"M{x} {y}C{x} {bend} {to_x} {y + 6} {to_x} {bend}V{to_y}"
