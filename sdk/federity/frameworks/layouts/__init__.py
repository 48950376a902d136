"""How the layers of Keras hold what the modules of PyTorch hold.

The canonical layout is PyTorch's, names included. A rule takes a layer's own variables by name and returns
parts; what no rule takes is kept as it is, under its own name. Rules are plain numpy and know no model.
"""

from .attention import attention
from .convolution import convolution, depthwise, separable
from .dense import dense, embedding
from .normalisation import batch_normalisation, normalisation
from .part import Part, plain
from .recurrent import gru, lstm, simple_rnn

__all__ = [
    "Part",
    "attention",
    "batch_normalisation",
    "convolution",
    "dense",
    "depthwise",
    "embedding",
    "gru",
    "lstm",
    "normalisation",
    "plain",
    "separable",
    "simple_rnn",
]
