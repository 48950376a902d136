"""Dense layers and embeddings: torch.nn.Linear and torch.nn.Embedding."""

from .part import Own, Part, permuted, renamed

__all__ = ["dense", "embedding"]


def dense(own: Own) -> list[Part]:
    """A kernel (in, out) is a weight (out, in)."""
    kernel = [permuted(own.pop("kernel"), "weight", (1, 0))] if "kernel" in own else []
    return kernel + renamed(own, {"bias": "bias"})


def embedding(own: Own) -> list[Part]:
    """A table (entries, width) is the same in both."""
    return renamed(own, {"embeddings": "weight"})
