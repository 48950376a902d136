"""What a unit's proof is bound to, hashed (docs/protocol.md section 3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from federity._generated.constants import UPDATE_DOMAIN
from federity._generated.program import program_id


@dataclass(frozen=True)
class UpdateContext:
    """Everything a proof is bound to beside the vector and its unit. Hashes are 32 bytes."""

    cluster: bytes
    lineage: bytes
    repository: Pubkey
    branch: Pubkey
    round: Pubkey
    parent: Pubkey
    author: Pubkey
    commit: Pubkey
    blob_hash: bytes
    shift: int
    key: Pubkey
    program: Pubkey = field(default_factory=program_id)

    def hash(self, unit: int) -> bytes:
        """The context of one unit: 32 bytes, the first of them zero, so a canonical field element."""
        digest = hashlib.sha256(
            b"".join(
                [
                    UPDATE_DOMAIN.ljust(32, b"\0"),
                    bytes(self.program),
                    self.cluster,
                    self.lineage,
                    bytes(self.repository),
                    bytes(self.branch),
                    bytes(self.round),
                    bytes(self.parent),
                    bytes(self.author),
                    bytes(self.commit),
                    self.blob_hash,
                    bytes([self.shift]),
                    unit.to_bytes(4, "little"),
                    bytes(self.key),
                ]
            )
        ).digest()
        return b"\0" + digest[1:]
