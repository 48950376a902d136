"""The text of each generated module, from the IDL and the constants of crate `protocol`."""

from typing import Any

from instructions import argument_struct, instructions_module
from kinds import Types
from rust_constants import Constant
from structs import HEADER, dataclass_lines, docstring, field_constants, largest, sentence

Idl = dict[str, Any]

_SOURCE = "protocol/idl.json"
_TAG = "e445a52e51cb9a1d"


def modules(idl: Idl, constants: list[Constant], seeds: list[Constant], codec: str) -> dict[str, str]:
    """File names and texts."""
    types = Types(idl.get("types", []))
    return {
        "__init__.py": HEADER.format(
            title="What the program and crate `protocol` say, for Python.", source=_SOURCE
        ),
        "codec.py": HEADER.format(title="Byte forms.", source="protocol/codegen/codec.py")
        + _without_docstring(codec),
        "constants.py": _constants(constants, seeds),
        "program.py": _program(idl),
        "types.py": _types(idl, types),
        "accounts.py": _records(idl, types, "accounts", "account"),
        "events.py": _records(idl, types, "events", "event"),
        "errors.py": _errors(idl),
        "instructions.py": instructions_module(idl, types),
    }


def _without_docstring(text: str) -> str:
    return text.split('"""', 2)[2].lstrip("\n")


def _finish(lines: list[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def _constants(constants: list[Constant], seeds: list[Constant]) -> str:
    lines = [HEADER.format(title="Numbers, domains, tags and seeds.", source="crate protocol")]
    for prefix, group in (("", constants), ("SEED_", seeds)):
        for constant in group:
            kind = "int" if isinstance(constant.value, int) else "bytes"
            lines.append(f"{prefix}{constant.name}: Final[{kind}] = {constant.value!r}")
            if constant.doc:
                lines += [f'"""{sentence([constant.doc], "")}"""', ""]
    lines.insert(1, "from typing import Final\n")
    return _finish(lines)


def _program(idl: Idl) -> str:
    return _finish(
        [
            HEADER.format(title="The program's address.", source=_SOURCE),
            "from functools import cache",
            "from typing import Final",
            "",
            "from solders.pubkey import Pubkey",
            "",
            "from federity.program_in_use import claimed",
            "",
            f'PROGRAM_ID: Final = Pubkey.from_string("{idl["address"]}")',
            '"""The address that the packaged program declares."""',
            "",
            "",
            "def program_id() -> Pubkey:",
            '    """Where the program runs that this process speaks to."""',
            "    return claimed() or PROGRAM_ID",
            "",
            "",
            "def event_authority() -> Pubkey:",
            '    """The address under which the program emits events to itself."""',
            "    return _event_authority(program_id())",
            "",
            "",
            "@cache",
            "def _event_authority(program: Pubkey) -> Pubkey:",
            '    return Pubkey.find_program_address([b"__event_authority"], program)[0]',
            "",
            "",
            "EVENT_AUTHORITY: Final = _event_authority(PROGRAM_ID)",
            '"""The same for the address that the packaged program declares."""',
        ]
    )


def _imports(title: str, names: str) -> list[str]:
    return [
        HEADER.format(title=title, source=_SOURCE) + "from __future__ import annotations",
        "",
        "from dataclasses import dataclass",
        f"from typing import {names}",
        "",
        "from solders.pubkey import Pubkey as Pubkey",
        "",
    ]


def _types(idl: Idl, types: Types) -> str:
    elsewhere = {entry["name"] for group in ("accounts", "events") for entry in idl.get(group, [])}
    elsewhere |= {argument_struct(instruction) for instruction in idl.get("instructions", [])}
    lines = _imports("Structs and enums that accounts, events and arguments share.", "ClassVar as ClassVar")
    lines.insert(2, "import enum")
    lines += ["from federity._generated import codec as codec", ""]
    for name in types.names():
        if name in elsewhere:
            continue
        doc = sentence(types.docs(name), f"`{name}` of the program.")
        body = types.definition(name)
        if body["kind"] == "struct":
            fields = types.fields(name)
            lines += ["", *dataclass_lines(name, doc, fields, types, "", largest(fields, types)), ""]
            continue
        if any(variant.get("fields") for variant in body["variants"]):
            raise ValueError(f"{name}: enums with fields are not part of this protocol")
        lines += ["", f"class {name}(enum.IntEnum):", *docstring(doc, "    ")]
        lines += [
            f"    {variant['name'].upper()} = {index}" for index, variant in enumerate(body["variants"])
        ]
        lines.append("")
    return _finish(lines)


def _records(idl: Idl, types: Types, group: str, word: str) -> str:
    """Accounts or events: structs behind a discriminator."""
    lines = _imports(f"The program's {group}.", "ClassVar as ClassVar, TypeAlias")
    lines += ["from federity._generated import codec, types", ""]
    names = [entry["name"] for entry in idl.get(group, [])]
    for entry in idl.get(group, []):
        name = entry["name"]
        fields = types.fields(name)
        constants = [f"DISCRIMINATOR: ClassVar[bytes] = {bytes(entry['discriminator'])!r}"]
        constants += field_constants(fields, types)
        doc = sentence(types.docs(name), f"The {word} `{name}`.")
        lines += ["", *dataclass_lines(name, doc, fields, types, "types.", constants), ""]
        lines += [
            "    @classmethod",
            f"    def decode(cls, data: bytes) -> {name}:",
            f'        """The {word} from its bytes, discriminator first. Raises ValueError for others."""',
            "        if data[:8] != cls.DISCRIMINATOR:",
            f'            raise ValueError("these bytes are no {name}")',
            "        return cls.read(codec.Reader(data[8:]))",
            "",
        ]
    union = camel_word(word)
    table = ", ".join(names)
    lines += [
        "",
        f"{union}: TypeAlias = {' | '.join(names) or 'None'}",
        f"_ALL: tuple[type[{union}], ...] = ({table}{',' if len(names) == 1 else ''})",
        f"_BY_DISCRIMINATOR: dict[bytes, type[{union}]] = {{kind.DISCRIMINATOR: kind for kind in _ALL}}",
        "",
        "",
        f"def decode_{word}(data: bytes) -> {union} | None:",
        f'    """The {word} from its bytes, discriminator first; None when the kind is not known here."""',
        "    kind = _BY_DISCRIMINATOR.get(bytes(data[:8]))",
        "    return kind.decode(data) if kind else None",
    ]
    if word == "event":
        lines += [
            "",
            "",
            f'EVENT_TAG = bytes.fromhex("{_TAG}")',
            '"""First bytes of the instruction by which the program emits an event to itself."""',
        ]
    return _finish(lines)


def camel_word(word: str) -> str:
    """The name of the union of a group."""
    return {"account": "AccountData", "event": "Event"}[word]


def _errors(idl: Idl) -> str:
    lines = [
        HEADER.format(title="The program's errors.", source=_SOURCE) + "from typing import Final",
        "",
        "ERRORS: Final[dict[int, tuple[str, str]]] = {",
    ]
    lines += [
        f"    {e['code']}: ({e['name']!r}, {e.get('msg', e['name'])!r})," for e in idl.get("errors", [])
    ]
    lines += ["}", '"""Name and sentence of each error by its code."""', ""]
    lines += ["CODES: Final[dict[str, int]] = {name: code for code, (name, _) in ERRORS.items()}"]
    lines += ['"""The code of each error by its name."""']
    return _finish(lines)
