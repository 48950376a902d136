"""The identity of the family of vectors that may be added to each other."""

import hashlib

__all__ = ["lineage"]


def lineage(manifest_hash: bytes, base_hash: bytes, srs_id: bytes, chunks: int) -> bytes:
    """Return `sha256("federity/lineage/v1" || manifest_hash || base_hash || srs_id || chunks)`.

    `chunks` is hashed as u32 little-endian. Raises ValueError unless each hash has 32 bytes.
    """
    if {len(manifest_hash), len(base_hash), len(srs_id)} != {32}:
        raise ValueError("a lineage is made of three hashes of 32 bytes")
    count = chunks.to_bytes(4, "little")
    return hashlib.sha256(b"federity/lineage/v1" + manifest_hash + base_hash + srs_id + count).digest()
