"""All Hypothesis strategies."""

import ml_dtypes
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from federity.objects import Delta, Manifest, TensorSpec, manifest_of

FLOAT_DTYPES = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype(ml_dtypes.bfloat16),
}

names = st.from_regex(r"[a-z0-9_]{1,8}(\.[a-z0-9_]{1,8}){0,2}", fullmatch=True)
shapes = st.lists(st.integers(1, 5), max_size=3).map(tuple)


@st.composite
def finite_arrays(draw, dtype, size=None):
    """Flat arrays of any finite values of a dtype, subnormals and both zeros included."""
    wide = {"F64": np.uint64, "F32": np.uint32, "F16": np.uint16, "BF16": np.uint16}[dtype]
    size = draw(st.integers(1, 40)) if size is None else size
    bits = draw(npst.arrays(wide, size))
    found = bits.view(FLOAT_DTYPES[dtype]).copy()
    with np.errstate(invalid="ignore"):
        found[~np.isfinite(found)] = 1
    return found


@st.composite
def models(draw):
    """Models as mappings of ordinary weights, with buffers: (tensors, names of buffers)."""
    tensors = {}
    for name in draw(st.lists(names, min_size=1, max_size=5, unique=True)):
        dtype = FLOAT_DTYPES[draw(st.sampled_from(["F32", "F16", "BF16"]))]
        shape = draw(shapes)
        seed = draw(st.integers(0, 2**32 - 1))
        scale = draw(st.sampled_from([0.0, 0.02, 1.0]))
        noise = np.random.default_rng(seed).standard_normal(shape) * scale
        tensors[name] = np.asarray(noise).astype(dtype)
    buffers = draw(st.sets(st.sampled_from(sorted(tensors))))
    return tensors, frozenset(buffers)


manifests = models().map(lambda model: manifest_of(*model))


def manifest_with(elements: int) -> Manifest:
    """Return the manifest of one flat tensor."""
    return Manifest((TensorSpec("weight", (elements,), "F32", "parameter", 0, 0),))


sparse_values = st.builds(
    lambda seed, n, one_in, spread: np.where(
        np.random.default_rng(seed).integers(0, one_in, n) == 0,
        np.clip(np.random.default_rng(seed + 1).laplace(0, spread, n).round(), -127, 127),
        0,
    ).astype(np.int8),
    st.integers(0, 2**32),
    st.integers(1, 400),
    st.integers(1, 30),
    st.floats(0.5, 60),
)

any_values = st.one_of(sparse_values, npst.arrays(np.int8, st.integers(1, 200)))


@st.composite
def deltas(draw):
    """(manifest of one tensor, delta of it)."""
    values = draw(any_values)
    manifest = manifest_with(len(values))
    return manifest, Delta(values, draw(st.integers(0, 8)), manifest.hash)
