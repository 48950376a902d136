"""Where blobs live: a port of three methods and its adapters."""

from .base import Storage
from .directory import DirectoryStorage
from .memory import MemoryStorage

__all__ = ["DirectoryStorage", "MemoryStorage", "Storage"]
