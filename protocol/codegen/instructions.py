"""Writes `instructions.py`: each instruction's arguments as a dataclass, and a function that builds it."""

from typing import Any

from kinds import Types
from structs import HEADER, camel, dataclass_lines, docstring, sentence, snake

_EVENT_AUTHORITY = "event_authority"
_PROGRAM = "program"


def instructions_module(idl: dict[str, Any], types: Types) -> str:
    """The module's text."""
    lines = [
        HEADER.format(title="The program's instructions.", source="protocol/idl.json")
        + "from __future__ import annotations",
        "",
        "from collections.abc import Sequence",
        "from dataclasses import dataclass",
        "from typing import ClassVar, TypeAlias",
        "",
        "from solders.instruction import AccountMeta, Instruction",
        "from solders.pubkey import Pubkey",
        "",
        "from federity._generated import codec, types as types",
        "from federity._generated.program import event_authority, program_id",
        "",
    ]
    classes = []
    for instruction in idl.get("instructions", []):
        classes.append(camel(instruction["name"]))
        lines += _instruction(instruction, types)
    lines += [
        "",
        f"Arguments: TypeAlias = {' | '.join(classes) or 'None'}",
        f"_ALL: tuple[type[Arguments], ...] = ({', '.join(classes)}{',' if len(classes) == 1 else ''})",
        "_BY_DISCRIMINATOR: dict[bytes, type[Arguments]] = {kind.DISCRIMINATOR: kind for kind in _ALL}",
        "",
        "",
        "def decode_arguments(data: bytes) -> Arguments | None:",
        '    """The arguments from an instruction\'s data; None when it is not known here."""',
        "    kind = _BY_DISCRIMINATOR.get(bytes(data[:8]))",
        "    return kind.read(codec.Reader(data[8:])) if kind else None",
    ]
    return "\n".join(lines) + "\n"


def argument_fields(instruction: dict[str, Any], types: Types) -> list[dict[str, Any]]:
    """The arguments; an instruction that takes one struct `args` has its fields: the bytes are the same."""
    struct = argument_struct(instruction)
    fields: list[dict[str, Any]] = instruction["args"]
    return types.fields(struct) if struct else fields


def argument_struct(instruction: dict[str, Any]) -> str | None:
    """The name of the struct whose fields are the arguments."""
    match instruction["args"]:
        case [{"name": "args", "type": {"defined": {"name": str(name)}}}]:
            return name
    return None


def _flatten(items: list[dict[str, Any]], prefix: str = "") -> list[dict[str, Any]]:
    flat: list[dict[str, Any]] = []
    for item in items:
        if "accounts" in item:
            flat += _flatten(item["accounts"], f"{prefix}{item['name']}_")
        else:
            flat.append({**item, "name": snake(prefix + item["name"])})
    return flat


def _instruction(instruction: dict[str, Any], types: Types) -> list[str]:
    name = snake(instruction["name"])
    accounts = _flatten(instruction["accounts"])
    arguments = argument_fields(instruction, types)
    names = tuple(account["name"] for account in accounts)
    doc = sentence(instruction.get("docs", []), f"Arguments of `{name}`.")
    constants = [
        f"NAME: ClassVar[str] = {name!r}",
        f"DISCRIMINATOR: ClassVar[bytes] = {bytes(instruction['discriminator'])!r}",
        f"ACCOUNTS: ClassVar[tuple[str, ...]] = {names!r}",
    ]
    return [
        "",
        *dataclass_lines(camel(name), doc, arguments, types, "types.", constants),
        "",
        "",
        *_builder(name, camel(name), doc, accounts, arguments, types),
        "",
    ]


def _builder(
    name: str, kind: str, doc: str, accounts: list[dict[str, Any]], args: list[dict[str, Any]], types: Types
) -> list[str]:
    arguments = {snake(arg["name"]): types.kind(arg["type"], "types.") for arg in args}
    required: list[str] = []
    optional: list[str] = []
    metas: list[str] = []
    for account in accounts:
        field = account["name"]
        if field in arguments:
            field = f"{field}_address"
        value, parameter = _value(account, field)
        if parameter:
            (optional if "=" in parameter else required).append(parameter)
        meta = f"AccountMeta({value}, {bool(account.get('signer'))}, {bool(account.get('writable'))})"
        if account.get("optional"):
            # The program's own address, read-only, says that an optional account is not given.
            meta = f"{meta} if {field} is not None else AccountMeta(program_id(), False, False)"
        metas.append(f"        {meta},")
    required += [f"{field}: {described.annotation}" for field, described in arguments.items()]
    parameters = [*required, *optional, "remaining: Sequence[AccountMeta] = ()"]
    fill = ", ".join(f"{field}={field}" for field in arguments)
    return [
        f"def {name}(",
        "    *,",
        *(f"    {parameter}," for parameter in parameters),
        ") -> Instruction:",
        *docstring(f"Build `{name}`; `remaining` are accounts after the named ones.\n\n{doc}", "    "),
        "    accounts = [",
        *metas,
        "        *remaining,",
        "    ]",
        f"    data = {kind}.DISCRIMINATOR + {kind}({fill}).encode()",
        "    return Instruction(program_id(), data, accounts)",
    ]


def _value(account: dict[str, Any], field: str) -> tuple[str, str | None]:
    """How an account's address is found, and the parameter `field` that gives it, if it must be given."""
    if field == _EVENT_AUTHORITY:
        return "event_authority()", None
    if field == _PROGRAM:
        return "program_id()", None
    if "address" in account and not account.get("optional"):
        return f'Pubkey.from_string("{account["address"]}")', None
    if account.get("optional"):
        return field, f"{field}: Pubkey | None = None"
    return field, f"{field}: Pubkey"
