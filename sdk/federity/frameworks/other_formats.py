"""Saying what a file or a folder is that holds no weights in safetensors, and what to do about it.

Formats that can run code when they are opened are told by their names and first bytes, and never opened.
"""

import re
from pathlib import Path
from typing import Final

from ..errors import BadModelFile
from ..files import reading

__all__ = ["SUFFIXES", "refuse_others"]

_MAGIC: Final = {
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"PK\x03\x04": "a zip archive, as torch.save writes it",
    b"\x89HDF": "an HDF5 file, as Keras writes it",
    b"GGUF": "a GGUF file",
    b"\x93NUMPY": "a NumPy array",
}
SUFFIXES: Final = {
    ".bin": "a pickle by its name",
    ".pt": "a pickle by its name",
    ".pth": "a pickle by its name",
    ".ckpt": "a pickle by its name",
    ".pkl": "a pickle by its name",
    ".pickle": "a pickle by its name",
    ".npz": "a zip archive by its name",
    ".zip": "a zip archive by its name",
    ".h5": "an HDF5 file by its name",
    ".keras": "a zip archive by its name",
    ".onnx": "an ONNX graph by its name",
    ".gguf": "a GGUF file by its name",
}
_SHARD: Final = re.compile(r"[-_.](\d+)[-_.]of[-_.](\d+)\.[a-z]+$", re.IGNORECASE)
_PIECE: Final = re.compile(r"^(consolidated|(?:mp_)?rank|shard|part)[-_.]?(\d+)(\D*\.[a-z]+)$", re.IGNORECASE)
"""One of several files by its number alone, if there is another one."""
_START = 1 << 12
_TEXT: Final = frozenset(b"\t\n\r" + bytes(range(0x20, 0x7F)))

_HINT = "Load it where you trust it and save the weights with safetensors.torch.save_file."
_KERAS_HINT = "Load it in Keras where you trust it, and pass the model itself."
_WHOLE_HINT = (
    "Load the model with its library and save it as one file: "
    "model.save_pretrained(DIR, max_shard_size='1TB'), or safetensors.torch.save_file."
)
_ABSENT_HINT = "Save the weights there, or name another file."


def refuse_others(path: Path) -> None:
    """Raise BadModelFile, saying what the file is and what to do, when it is plainly no file of weights.

    For a folder's model.safetensors that is not there it says what the folder holds instead.
    """
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None and path.is_file():
        with reading(path), path.open("rb") as file:
            start = file.read(_START)
        kind = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)
        if kind is None:
            _refuse_text(path, start)
            _refuse_shard(path)
    if kind is not None:
        if path.is_file():
            _refuse_shard(path)
        raise BadModelFile(
            f"{path} is {kind}; only safetensors files are read, which cannot hold code",
            hint=_KERAS_HINT if path.suffix.lower() in (".h5", ".keras") or "HDF5" in kind else _HINT,
        )
    if not path.is_file():
        what, hint = _instead(path.parent) if path.parent.is_dir() else ("", "")
        raise BadModelFile(f"there is no model file {path}{what and f': {what}'}", hint=hint or _ABSENT_HINT)


def _refuse_text(path: Path, start: bytes) -> None:
    """Raise BadModelFile for text: the size that a safetensors file begins with ends in zero bytes."""
    if len(start) >= 8 and not start[7]:
        return
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"version https://git-lfs"):
        raise BadModelFile(
            f"{path} is a pointer of Git LFS, not the file itself",
            hint="Run `git lfs pull` in the repository that it is from, or download the file.",
        )
    if text.startswith((b"<!doctype html", b"<html")):
        raise BadModelFile(
            f"{path} is a page of HTML, not the file itself",
            hint="Download the file: on a page about it, its link to the raw file (on the Hub, /resolve/).",
        )
    if text.startswith(b"{"):
        if b'"weight_map"' in start or b'"metadata"' in start or path.name.endswith(".index.json"):
            raise BadModelFile(
                f"{path} is the index of a model in several files, not weights", hint=_WHOLE_HINT
            )
        raise BadModelFile(f"{path} is JSON, not weights", hint=_ABSENT_HINT)
    if start and all(byte in _TEXT for byte in start[:8].removeprefix(b"\xef\xbb\xbf")):
        raise BadModelFile(
            f"{path} is text, not weights; it starts with {start[:40].decode(errors='replace').strip()!r}",
            hint="Download the file again: it may be a server's answer that there is none.",
        )


def _refuse_shard(path: Path) -> None:
    """Raise BadModelFile for one file of several."""
    found = _SHARD.search(path.name)
    if found and int(found[2]) > 1:
        raise BadModelFile(
            f"{path} is one of the {int(found[2])} files of a model, part {int(found[1])}", hint=_WHOLE_HINT
        )
    if piece := _PIECE.match(path.name):
        with reading(path.parent):
            names = [_PIECE.match(entry.name) for entry in path.parent.iterdir()]
        alike = sum(1 for name in names if name and name.group(1, 3) == piece.group(1, 3))
        if alike > 1 or int(piece[2]):
            raise BadModelFile(
                f"{path} is one of several files of a model, part {int(piece[2])}", hint=_WHOLE_HINT
            )


def _instead(folder: Path) -> tuple[str, str]:
    """What a folder without model.safetensors holds, and what to do; empty when it is nothing known."""
    with reading(folder):
        names = sorted(entry.name for entry in folder.iterdir())
    if index := next((name for name in names if name.endswith(".index.json")), None):
        return f"the folder holds a model in several files, listed in {index}", _WHOLE_HINT
    if "adapter_config.json" in names or "adapter_model.safetensors" in names:
        return "the folder holds an adapter, not a model", (
            f"An adapter is versioned by itself: name {folder / 'adapter_model.safetensors'}. "
            "Or merge it into its model (merge_and_unload) and save that."
        )
    if "model_index.json" in names or "diffusion_pytorch_model.safetensors" in names:
        inner = folder if "diffusion_pytorch_model.safetensors" in names else folder / "unet"
        return "the folder is one of diffusers, whose models are versioned one by one", (
            f"Name the file of one, such as {inner / 'diffusion_pytorch_model.safetensors'}."
        )
    weights = [name for name in names if name.endswith(".safetensors")]
    if weights:
        return f"the folder holds {weights[0]}", f"Name the file: {folder / weights[0]}."
    other = next((name for name in names if Path(name).suffix.lower() in SUFFIXES), None)
    if other is not None:
        suffix = Path(other).suffix.lower()
        hint = _KERAS_HINT if suffix in (".h5", ".keras") else _HINT
        return f"the folder holds {other}, {SUFFIXES[suffix]}", hint
    return "", ""
