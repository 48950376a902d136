"""Dense layers and embeddings: torch.nn.Linear and torch.nn.Embedding, with peft's names for LoRA's factors.

These (Hu et al. 2021) are (in, rank) and (rank, out) in Keras and transposed in peft. Their product is scaled
by alpha / rank in both; alpha is a setting of the model and no tensor.
"""

from .part import Own, Part, permuted, renamed

__all__ = ["dense", "embedding"]


def dense(own: Own) -> list[Part]:
    """A kernel (in, out) is a weight (out, in)."""
    names = {"kernel": "weight", "lora_kernel_a": "lora_A.weight", "lora_kernel_b": "lora_B.weight"}
    return _turned(own, names) + renamed(own, {"bias": "bias"})


def embedding(own: Own) -> list[Part]:
    """A table (entries, width) is the same in both."""
    names = {"lora_embeddings_a": "lora_embedding_A", "lora_embeddings_b": "lora_embedding_B"}
    return renamed(own, {"embeddings": "weight"}) + _turned(own, names)


def _turned(own: Own, names: dict[str, str]) -> list[Part]:
    """Take the named matrices, those that the layer has, as their transposes."""
    return [permuted(own.pop(old), new, (1, 0)) for old, new in names.items() if old in own]
