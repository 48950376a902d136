"""A key and a reference string for small units, made once."""

from pathlib import Path

import pytest

from federity import _native


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def srs(cache: Path) -> _native.Srs:
    return _native.srs_development(b"tests", 1, cache)


@pytest.fixture(scope="session")
def key(cache: Path) -> _native.ProvingKey:
    return _native.proving_key_development(b"tests", 1024, cache)
