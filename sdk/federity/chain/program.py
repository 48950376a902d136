"""The built program as this package ships it."""

from importlib.resources import files

from federity.errors import ConfigError

__all__ = ["packaged_program"]


def packaged_program() -> bytes:
    """The program's ELF code. Raises ConfigError when the package was built without it."""
    try:
        return files("federity._generated").joinpath("federity.so").read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(
            "This installation of Federity holds no built program.",
            hint="Install a wheel or a source distribution; in a checkout, run `make program-update`.",
        ) from error
