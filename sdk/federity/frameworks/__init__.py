"""Live models and model files as tensors in canonical layout, and back."""

from .base import Adapter, Model, adapter_for
from .named import Named, match

__all__ = ["Adapter", "Model", "Named", "adapter_for", "match"]
