"""The generator: what it makes of an IDL, what it refuses, and that its result is fresh."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

CODEGEN = Path(__file__).resolve().parents[3] / "protocol" / "codegen"


def module(name: str) -> ModuleType:
    """A file of the generator, which is not a package."""
    sys.path.insert(0, str(CODEGEN))
    try:
        spec = importlib.util.spec_from_file_location(name, CODEGEN / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
    finally:
        sys.path.remove(str(CODEGEN))
    return loaded


KINDS = module("kinds")
CONSTANTS = module("rust_constants")


def test_the_committed_files_are_fresh() -> None:
    subprocess.run([sys.executable, str(CODEGEN / "generate.py"), "--check"], check=True)


def test_a_stale_or_foreign_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate = module("generate")
    monkeypatch.setattr(generate, "TARGET", tmp_path)
    monkeypatch.setattr(generate, "PAGE", tmp_path / "page.md")
    texts = {tmp_path / name: "as generated" for name in ("kept.py", "edited.py", "missing.py", "page.md")}
    (tmp_path / "kept.py").write_text("as generated")
    (tmp_path / "edited.py").write_text("by hand")
    (tmp_path / "foreign.py").write_text("by hand")
    stale = generate.stale(texts)
    assert [path.name for path in stale] == ["edited.py", "foreign.py", "missing.py", "page.md"]


@pytest.mark.parametrize(
    ("of", "annotation", "size"),
    [
        ("u8", "int", 1),
        ("i64", "int", 8),
        ("bool", "bool", 1),
        ("pubkey", "Pubkey", 32),
        ({"array": ["u8", 64]}, "bytes", 64),
        ({"array": ["u32", 3]}, "tuple[int, ...]", 12),
        ({"vec": "u32"}, "tuple[int, ...]", None),
        ({"option": "pubkey"}, "Pubkey | None", None),
        ("string", "str", None),
        ({"defined": {"name": "Pair"}}, "Pair", 3),
        ({"array": [{"defined": {"name": "Pair"}}, 2]}, "tuple[Pair, ...]", 6),
        ({"defined": {"name": "Colour"}}, "Colour", 1),
    ],
)
def test_types_have_a_python_form_and_a_size(of: object, annotation: str, size: int | None) -> None:
    fields = [{"name": "a", "type": "u8"}, {"name": "b", "type": "u16"}]
    types = KINDS.Types(
        [
            {"name": "Pair", "type": {"kind": "struct", "fields": fields}},
            {"name": "Colour", "type": {"kind": "enum", "variants": [{"name": "Red"}]}},
        ]
    )
    kind = types.kind(of)
    assert (kind.annotation, kind.size) == (annotation, size)


@pytest.mark.parametrize("of", ["f64", "u7", {"generic": "T"}, {"array": ["u8", {"generic": "N"}]}])
def test_a_type_without_a_form_stops_the_generator(of: object) -> None:
    with pytest.raises(ValueError, match="no Python form"):
        KINDS.Types([]).kind(of)


def test_constants_are_literals_or_made_of_earlier_ones(tmp_path: Path) -> None:
    source = tmp_path / "constants.rs"
    source.write_text(
        "/// One bit.\n/// And more.\npub const A: u32 = 1 << 4;\n"
        "pub const B: u64 = (A as u64 + 0x10u64) * 2;\n"
        'pub const NAME: &[u8] = b"a/b";\n'
        "pub const RAW: [u8; 3] = [0x01,\n    2, 3];\n"
        "const PRIVATE: u8 = 1;\n"
    )
    found = [(constant.name, constant.value) for constant in CONSTANTS.read_constants(source)]
    assert found == [("A", 16), ("B", 64), ("NAME", b"a/b"), ("RAW", b"\x01\x02\x03")]
    assert CONSTANTS.read_constants(source)[0].doc == "One bit. And more."


def test_a_constant_that_is_not_plain_stops_the_generator(tmp_path: Path) -> None:
    source = tmp_path / "constants.rs"
    source.write_text("pub const A: u32 = compute();\n")
    with pytest.raises(ValueError, match="constant A"):
        CONSTANTS.read_constants(source)
