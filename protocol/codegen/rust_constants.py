"""Reads the constants of crate `protocol`: plain literals, or expressions of earlier constants."""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CONST = re.compile(
    r"((?:^[ \t]*///[^\n]*\n)*)^pub const (\w+): ([^=]+) =\s*(.*?);$", re.MULTILINE | re.DOTALL
)
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
}

Value = int | bytes


@dataclass(frozen=True)
class Constant:
    """A constant: its name, sentence, and value (an integer or bytes)."""

    name: str
    doc: str
    value: Value


def read_constants(path: Path, known: dict[str, Value] | None = None) -> list[Constant]:
    """The public constants of a Rust file in their order. Raises ValueError for one that is not plain."""
    values: dict[str, Value] = dict(known or {})
    found = []
    for docs, name, kind, expression in _CONST.findall(path.read_text()):
        doc = " ".join(line.strip().removeprefix("///").strip() for line in docs.splitlines())
        try:
            values[name] = _evaluate(_parse(expression), values)
        except (SyntaxError, ValueError, KeyError) as error:
            raise ValueError(f"{path.name}: constant {name}: {kind} is not plain: {error}") from error
        found.append(Constant(name, doc, values[name]))
    return found


def _parse(expression: str) -> ast.expr:
    text = re.sub(r"\s+as\s+\w+", "", expression.strip()).lstrip("&*").replace("/", "//")
    if text.startswith('b"'):
        text = expression.strip().lstrip("&*")
    return ast.parse(
        re.sub(r"\b(0x[0-9a-fA-F_]+|\d[\d_]*)(?:u8|u16|u32|u64|usize|i64)\b", r"\1", text), mode="eval"
    ).body


def _evaluate(node: ast.expr, values: dict[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | bytes() as value):
            return value
        case ast.Name(id=name):
            return values[name]
        case ast.List(elts=items):
            return bytes(_integer(item, values) for item in items)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_integer(left, values), _integer(right, values))
    raise ValueError(ast.unparse(node))


def _integer(node: ast.expr, values: dict[str, Value]) -> int:
    value = _evaluate(node, values)
    if not isinstance(value, int):
        raise ValueError(ast.unparse(node))
    return value
