"""Commits for people: the lines of `log`, and all that `show` says of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from federity.cli.graph import Lanes
from federity.cli.output import fields, moment, printable, short, table

if TYPE_CHECKING:
    from federity.repository.reports import CommitView, ReviewView, TagView, WeightedCommit

Called = Callable[[str], str]
"""What a line says for a wallet's address."""

# Figures in a line for people; `show` and `--json` have all.
SHOWN = 3
ONE = 1 << 16
NOBODY_KNOWS = "date unknown"


def log_table(views: Sequence[CommitView], called: Called = short, *, decorate: bool = False) -> str:
    """A line a commit, newest first, and under a merge of several a line for each of them; with `decorate`
    its names before what it says.
    """
    rows: list[tuple[object, ...]] = []
    for view in views:
        move = "" if view.time_source == "made here" else view.seq
        level = "" if view.time_source == "made here" else f"L{view.level}"
        rows.append(
            (move, short(view.id), moment(view.time), kind(view), level, called(view.author),
             view.samples or "", some(view.figures), _words(view, decorate))
        )  # fmt: skip
        rows += [
            ("", short(part.id), moment(part.time), f"+ {part.weight / ONE:.1%}", f"L{part.level}",
             called(part.author), part.samples, some(part.figures), subject(part.message))
            for part in several(view)
        ]  # fmt: skip
    headers = ["move", "commit", "date", "kind", "level", "author", "samples", "figures", "message"]
    return table(headers, rows) if rows else ""


def log_lines(
    views: Sequence[CommitView],
    *,
    oneline: bool,
    graph: bool,
    called: Called = short,
    patches: Mapping[str, str] | None = None,
    decorate: bool = False,
) -> str:
    """Commits as `git log --oneline`, or with their dates and authors; with `graph` the merges are drawn,
    with `decorate` a commit's names are before what it says.

    `patches` are what follows each, by the commits' names.
    """
    lanes = Lanes(frozenset(_key(view) for view in views))
    lines: list[str] = []
    for view in views:
        said = _words(view, decorate)
        own = _line(view.id, view.time, called(view.author), said, oneline=oneline)
        if graph:
            parts = [_part(part, called, oneline=oneline) for part in several(view)]
            lines += lanes.lines(_key(view), _parents(view, views), own, parts)
        else:
            lines.append(own)
        if patches is not None:
            lines += ["", *(f"    {line}".rstrip() for line in patches[view.id].splitlines()), ""]
    return "\n".join(lines)


def _words(view: CommitView, decorate: bool) -> str:
    """What a line says of a commit, as git writes it: `(HEAD -> main, tag: v1) subject`."""
    names = f"({', '.join(view.refs)}) " if decorate and view.refs else ""
    return names + subject(view.message, view.problem)


def _key(view: CommitView) -> str:
    """What the next commit's parent names: an address, of a commit that was made here its name."""
    return view.id if view.time_source == "made here" else view.address


def _parents(view: CommitView, views: Sequence[CommitView]) -> list[str]:
    """What a commit came from; of one that was made here the one made before it, which comes next."""
    if view.time_source == "made here":
        following = views[views.index(view) + 1 :]
        if following and following[0].time_source == "made here":
            return [following[0].id]
    return [one for one in (view.parent, *view.merges) if one]


def _part(part: WeightedCommit, called: Called, *, oneline: bool) -> str:
    words = f"({part.weight / ONE:.1%}) {subject(part.message)}".rstrip()
    return _line(part.id, part.time, called(part.author), words, oneline=oneline)


def _line(name: str, time: int | None, author: str, words: str, *, oneline: bool) -> str:
    if oneline:
        return f"{short(name)} {words}".rstrip()
    return f"{short(name)} {moment(time) or NOBODY_KNOWS} {author} {words}".rstrip()


def several(view: CommitView) -> tuple[WeightedCommit, ...]:
    """The commits of a merge that is not one of them whole."""
    return () if view.single else view.merged


def kind(view: CommitView) -> str:
    """What a line of the history is: a commit, a merge of several, or the beginning."""
    if view.time_source == "made here" or view.state == "queued":
        return view.state
    return "commit" if view.single else view.kind


def _kind(view: CommitView) -> str:
    """What a commit is, in full."""
    if view.state == "queued":
        return f"{'commit' if view.single else view.kind}, queued here: `federity push` sends it"
    return "commit, on a head by itself" if view.single else f"{view.kind}, {view.state}"


def some(figures: dict[str, float]) -> str:
    """A few declared figures in a line."""
    shown = [f"{_name(name)}={value:g}" for name, value in list(figures.items())[:SHOWN]]
    return " ".join(shown) + (" ..." if len(figures) > SHOWN else "")


def _name(text: str) -> str:
    """The name of a figure, which its author chose, kept in its line."""
    return printable(text).replace("\n", "\\n")


def subject(message: str, problem: str = "") -> str:
    """The first line of a message, or why there is none."""
    return message.partition("\n")[0] if message or not problem else f"(no message: {problem})"


def commit_text(view: CommitView, called: Called = short) -> str:
    """A commit for people."""
    here = view.time_source == "made here"
    update = view.kind in ("update", "server")
    source = {
        "block": "recorded on the chain", "made here": "made on this machine", "queued": "queued here",
    }.get(view.time_source)  # fmt: skip
    parts = [
        fields(
            [
                ("commit", view.id),
                ("address", view.address or None),
                ("kind", _kind(view)),
                ("level", view.level_meaning),
                ("author", whole(view.author, called)),
                ("date", f"{moment(view.time)} ({source})" if view.time is not None else NOBODY_KNOWS),
                ("branch", view.branch),
                ("refs", ", ".join(view.refs) or None),
                ("made in", view.origin or None),
                ("round", view.round or None),
                ("parent", view.parent_id or view.parent or None),
                ("merges", ", ".join(view.merges) or None),
                ("blob", None if update or not view.blob_hash.strip("0") else view.blob_hash),
                ("location", view.location or None),
                ("samples", f"{view.samples} (declared)" if view.samples else None),
                *((f"{_name(name)} (declared)", value) for name, value in view.figures.items()),
                ("norm", f"{view.norm} (shift {view.shift})" if view.norm else None),
                ("parts", f"{view.parts_done} of {view.parts}" if view.parts and not here else None),
                ("operation", view.operation or None),
                ("sum", view.sum if view.sum != view.message else None),
                ("message", view.message or (f"not there: {view.problem}" if view.problem else None)),
            ]
        )
    ]
    parts += [tag_text(tag, called) for tag in view.tags]
    parts += [review_text(review, called) for review in view.reviews]
    if view.merged:
        parts.append(merged_table(view.merged, called))
    return "\n\n".join(parts)


def whole(address: str, called: Called) -> str:
    """An address, after the name of the contact whose it is."""
    name = called(address)
    return address if name == short(address) else f"{name} ({address})"


def tag_text(tag: TagView, called: Called = short) -> str:
    """A tag: who set it, when, and what they said."""
    said = tag.message or (f"(not shown: {tag.problem})" if tag.problem else None)
    moved = f", moved {tag.moves} times" if tag.moves > 1 else ", moved once" if tag.moves else ""
    who = f"{tag.name}, by {whole(tag.tagger, called)}, {moment(tag.time) or NOBODY_KNOWS}{moved}"
    return fields([("tag", who), ("words", said)])


def review_text(review: ReviewView, called: Called = short) -> str:
    """A verdict, with its words or why they are not there."""
    said = review.note or (f"(not shown: {review.note_problem})" if review.note_problem else None)
    return fields(
        [(review.verdict, f"by {whole(review.reviewer, called)}, slot {review.slot}"), ("words", said)]
    )


def merged_table(merged: Sequence[WeightedCommit], called: Called = short) -> str:
    """The commits of a merge and their shares; their messages where the report has them."""
    said = any(c.message for c in merged)
    rows = [
        (short(c.id), called(c.author), c.samples, f"{c.weight / ONE:.4f}", f"L{c.level}")
        + ((subject(c.message),) if said else ())
        for c in merged
    ]
    return table(["commit", "author", "samples", "weight", "level", "message"][: 5 + said], rows)
