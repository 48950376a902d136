"""The page with a script: what a browser needs to check a commit, and where it may connect to."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from solders.pubkey import Pubkey

from federity._generated import accounts, constants, instructions
from federity._generated.program import program_id
from federity.chain import base58
from federity_explorer.guarding import POLICY

__all__ = ["layout", "origin_of", "policy"]

_KINDS = (
    accounts.Commit,
    accounts.Repository,
    accounts.VerifyingKey,
    accounts.Points,
    accounts.Round,
    accounts.Operation,
)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?\Z|\[[0-9a-f:.]{2,45}\]\Z")


def layout() -> dict[str, Any]:
    """Where the fields of the program's accounts lie, and the constants of proofs' contexts."""
    return {
        "program": str(program_id()),
        "domain": constants.UPDATE_DOMAIN.decode().rstrip("\0"),
        "keySeed": constants.SEED_KEY.decode(),
        "operationDomain": constants.OPERATION_DOMAIN.decode(),
        "operationSeed": constants.SEED_OPERATION.decode(),
        "chunkElements": constants.CHUNK_ELEMENTS,
        "lanes": constants.LANES,
        "accounts": {
            kind.__name__: {"discriminator": base58.encode(kind.DISCRIMINATOR), "offsets": kind.OFFSETS}
            for kind in _KINDS
        },
        "instructions": {
            "CommitProve": {
                "discriminator": base58.encode(instructions.CommitProve.DISCRIMINATOR),
                "commit": _place_of_commit(),
            }
        },
    }


def _place_of_commit() -> int:
    """Which of the accounts of `commit_prove` is the commit: asked of the program's own interface."""
    nobody, commit = Pubkey.default(), Pubkey(bytes([1]) * 32)
    made = instructions.commit_prove(
        authority=nobody,
        member=nobody,
        repository=nobody,
        key=nobody,
        key_pin=nobody,
        commit=commit,
        unit=0,
        proof=bytes(256),
        point=bytes(64),
        opening=bytes(64),
        p=bytes(32),
        y=bytes(32),
        norm=0,
    )
    return [meta.pubkey for meta in made.accounts].index(commit)


def origin_of(url: str) -> str | None:
    """The origin of a node's URL, as a policy names it; None for what is no URL of a node."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(f":{port}")
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.match(host):
        return None
    return f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")


def policy(origin: str) -> str:
    """Scripts of this server, the verifier, and connections to it and to one node."""
    return f"{POLICY}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' {origin}".rstrip()
