"""How each type of the IDL is named, read, written and measured in Python."""

from dataclasses import dataclass
from typing import Any

_INTEGERS = {f"{sign}{bits}": (sign, bits // 8) for sign in "ui" for bits in (8, 16, 32, 64, 128, 256)}


def is_unsigned(of: Any) -> bool:
    """Whether a type of the IDL is an integer from 0 on."""
    return isinstance(of, str) and _INTEGERS.get(of, ("",))[0] == "u"


@dataclass(frozen=True)
class Kind:
    """A type: its annotation, the expression that reads it, a template that writes it, its size or None."""

    annotation: str
    read: str
    write: str
    size: int | None


class Types:
    """The types of one IDL; `defined` are its own structs and enums by name."""

    def __init__(self, definitions: list[dict[str, Any]]) -> None:
        """Take the IDL's `types`."""
        self._definitions = {definition["name"]: definition for definition in definitions}

    def definition(self, name: str) -> dict[str, Any]:
        """The body of a defined type. Raises KeyError."""
        body: dict[str, Any] = self._definitions[name]["type"]
        return body

    def docs(self, name: str) -> list[str]:
        """The documentation lines of a defined type."""
        lines: list[str] = self._definitions[name].get("docs", [])
        return lines

    def names(self) -> list[str]:
        """The defined types in the IDL's order."""
        return list(self._definitions)

    def fields(self, name: str) -> list[dict[str, Any]]:
        """The named fields of a struct. Raises ValueError for any other type."""
        body = self.definition(name)
        if body["kind"] != "struct":
            raise ValueError(f"{name} is no struct")
        fields: list[dict[str, Any]] = body.get("fields", [])
        if any("name" not in field for field in fields if isinstance(field, dict)) or any(
            isinstance(field, str) for field in fields
        ):
            raise ValueError(f"{name} has fields without names")
        return fields

    def size(self, name: str) -> int | None:
        """Bytes of a defined type, None when they vary."""
        body = self.definition(name)
        if body["kind"] == "enum":
            return 1
        sizes = [self.kind(field["type"]).size for field in self.fields(name)]
        return None if any(size is None for size in sizes) else sum(size or 0 for size in sizes)

    def kind(self, of: Any, prefix: str = "") -> Kind:
        """Describe a type. In `write`, `{}` stands for the value; `prefix` qualifies defined types."""
        match of:
            case "bool":
                return Kind("bool", "r.boolean()", "codec.unsigned({}, 1)", 1)
            case "pubkey":
                return Kind("Pubkey", "r.pubkey()", "bytes({})", 32)
            case "string":
                return Kind("str", "r.counted().decode()", "codec.counted({}.encode())", None)
            case "bytes" | {"vec": "u8"}:
                return Kind("bytes", "r.counted()", "codec.counted({})", None)
            case str() if of in _INTEGERS:
                sign, size = _INTEGERS[of]
                method = "unsigned" if sign == "u" else "signed"
                return Kind("int", f"r.{method}({size})", f"codec.{method}({{}}, {size})", size)
            case {"array": ["u8", int(count)]}:
                return Kind("bytes", f"r.take({count})", f"codec.exactly({{}}, {count})", count)
            case {"array": [item, int(count)]}:
                inner = self.kind(item, prefix)
                return Kind(
                    f"tuple[{inner.annotation}, ...]",
                    f"r.many({count}, lambda: {inner.read})",
                    f"codec.many({{}}, {count}, lambda v: {inner.write.format('v')})",
                    None if inner.size is None else inner.size * count,
                )
            case {"vec": item}:
                inner = self.kind(item, prefix)
                write = f"codec.vector({{}}, lambda v: {inner.write.format('v')})"
                return Kind(f"tuple[{inner.annotation}, ...]", f"r.vector(lambda: {inner.read})", write, None)
            case {"option": item}:
                inner = self.kind(item, prefix)
                write = f"codec.option({{}}, lambda v: {inner.write.format('v')})"
                return Kind(f"{inner.annotation} | None", f"r.option(lambda: {inner.read})", write, None)
            case {"defined": {"name": name}}:
                if self.definition(name)["kind"] == "enum":
                    return Kind(
                        f"{prefix}{name}", f"{prefix}{name}(r.unsigned(1))", "codec.unsigned({}, 1)", 1
                    )
                return Kind(f"{prefix}{name}", f"{prefix}{name}.read(r)", "{}.encode()", self.size(name))
        raise ValueError(f"the generator has no Python form for the type {of!r}")
