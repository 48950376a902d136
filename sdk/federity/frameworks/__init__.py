"""Live models and model files as tensors in canonical layout, and back."""

from .base import Adapter, Model, adapter_for

__all__ = ["Adapter", "Model", "adapter_for"]
