"""An independent client made of protocol/idl.json alone, by anchorpy3. Runs in its own environment.

Reads one JSON request from standard input and writes one answer:
{"idl": path, "instructions": [{"name", "args", "accounts"}], "accounts": [hex], "events": [hex]}
-> {"instructions": [{"data", "keys"}], "accounts": [...], "events": [...]}
"""

import copyreg
import json
import sys
from pathlib import Path
from typing import Any

from anchorpy import Context, Program
from anchorpy.idl_adapter import Idl
from solders.pubkey import Pubkey

# anchorpy3 copies its arguments, and this version of Pubkey does not say how it is copied.
copyreg.pickle(Pubkey, lambda key: (Pubkey.from_bytes, (bytes(key),)))


class Nowhere:
    """A provider that reaches no chain: only bytes are made and read here."""

    wallet = None
    connection = None


def value(program: Program, told: Any) -> Any:
    """An argument from its JSON form."""
    match told:
        case {"pubkey": address}:
            return Pubkey.from_string(address)
        case {"bytes": digits}:
            return list(bytes.fromhex(digits))
        case {"struct": name, "fields": fields}:
            return program.type[name](**{key: value(program, item) for key, item in fields.items()})
        case list():
            return [value(program, item) for item in told]
    return told


def plain(found: Any) -> Any:
    """A decoded value as JSON: addresses as `value` reads them, structs as their fields."""
    if isinstance(found, Pubkey):
        return {"pubkey": str(found)}
    if isinstance(found, (list, tuple, bytes)):
        return [plain(item) for item in found]
    if isinstance(found, (bool, int, str)) or found is None:
        return found
    fields = found if isinstance(found, dict) else vars(found)
    return {key: plain(item) for key, item in fields.items() if not key.startswith("_")}


def build(program: Program, asked: dict[str, Any]) -> dict[str, Any]:
    """An instruction's bytes and accounts."""
    accounts = {name: Pubkey.from_string(address) for name, address in asked["accounts"].items()}
    arguments = [value(program, item) for item in asked["args"]]
    made = program.instruction[asked["name"]](*arguments, ctx=Context(accounts=accounts))
    keys = [[str(meta.pubkey), meta.is_signer, meta.is_writable] for meta in made.accounts]
    return {"data": bytes(made.data).hex(), "keys": keys}


def main() -> None:
    """Answer one request."""
    asked = json.load(sys.stdin)
    raw = Path(asked["idl"]).read_text()
    program = Program(Idl.from_json(raw), Pubkey.from_string(json.loads(raw)["address"]), Nowhere())
    events = [program.coder.events.parse(bytes.fromhex(data)) for data in asked["events"]]
    answer = {
        "instructions": [build(program, item) for item in asked["instructions"]],
        "accounts": [plain(program.coder.accounts.decode(bytes.fromhex(data))) for data in asked["accounts"]],
        "events": [{"name": event.name, "fields": plain(event.data)} for event in events],
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
