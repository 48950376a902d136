"""Which families of models there are. Each has a file per framework: FAMILY_torch.py and FAMILY_keras.py."""

from dataclasses import dataclass

FRAMEWORKS = ("torch", "keras")


@dataclass(frozen=True)
class Family:
    """What a family learns (`kind`: image, text, table or graph) and its figure on held-out data."""

    kind: str
    data: str
    figure: str


FAMILIES = {
    "resnet": Family("image", "digits, 16x16", "accuracy"),
    "mobilenet": Family("image", "digits, 16x16", "accuracy"),
    "efficientnet": Family("image", "digits, 16x16", "accuracy"),
    "autoencoder": Family("image", "digits", "share of variance kept"),
    "gan": Family("image", "digits", "minus energy distance"),
    "lstm": Family("image", "digits, row by row", "accuracy"),
    "gru": Family("text", "language reference", "next character guessed"),
    "distilbert": Family("text", "documentation of three packages", "accuracy"),
    "distilbert_lora": Family("text", "documentation of three others", "accuracy"),
    "gpt2": Family("text", "language reference", "next character guessed"),
    "gpt2_lora": Family("text", "NumPy's documentation", "next character guessed"),
    "mlp": Family("table", "breast cancer", "accuracy"),
    "gcn": Family("graph", "karate club", "accuracy"),
}
