"""`federity config`: what holds for all of a user's repositories or, with `--local`, for a working copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields
from federity.cli.refused import Refused
from federity.errors import ConfigError
from federity.masking import shown_url

if TYPE_CHECKING:
    from federity.config import Config
    from federity.repository.working_copy.worktree import Worktree

VERBS = ("get", "set", "unset")
# What a working copy has of its own.
LOCAL = ("url", "keypair", "samples", "storage")


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "config", run, prices=True)
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="get [NAME], set NAME VALUE, unset NAME, or as in git NAME [VALUE]; "
        "set alone takes -u and -k; the url `solana` is the one of Solana's settings (default: show all)",
    )
    parser.add_argument(
        "--local",
        action="store_true",
        help="what this working copy remembers: url, keypair, samples, storage",
    )
    parser.add_argument(
        "--show-secrets", action="store_true", help="show a url whole, with the password or token in it"
    )


async def run(invocation: Invocation) -> Result:
    """Show settings, set some, or go back to the default of one."""
    verb, changes = asked(invocation)
    if invocation.args.local:
        return await _local(invocation, verb, changes)
    from federity.config import Config

    config = changed = Config.read()
    for name, value in changes.items():
        if verb == "set":
            changed = changed.with_setting(name, _checked(name, value or ""))
        elif verb == "unset":
            changed = changed.without_setting(name)
    if changed != config and not invocation.args.dry_run:
        changed.write()
    return _shown(invocation, {"home": str(config.home), **_settings(changed)}, changes)


def asked(invocation: Invocation) -> tuple[str, dict[str, str | None]]:
    """The verb, and the settings it is about with their new values. Raises Refused."""
    args = invocation.args
    words: list[str] = args.words
    verb, names = (words[0], words[1:]) if words and words[0] in VERBS else ("", words)
    if verb == "set" and not names:
        given = {"url": args.url, "keypair": args.keypair and str(args.keypair.absolute())}
        found: dict[str, str | None] = {name: value for name, value in given.items() if value is not None}
        if found:
            return verb, found
    if (verb == "set" or not verb) and len(names) == 2:
        return "set", {names[0]: names[1]}
    if len(names) == 1 and verb != "set":
        return verb or "get", {names[0]: None}
    if not names and verb in ("", "get"):
        return "get", {}
    raise Refused("say get [NAME], set NAME VALUE or unset NAME")


def _checked(name: str, value: str) -> str:
    """A value that is of use now: a keypair that can be read, the url that Solana's settings have."""
    from federity.keypairs import solana_setting
    from federity.wallet import Wallet

    if name == "arweave_wallet" and value:
        from federity.storage.arweave.jwk import JwkWallet

        path = Path(value).expanduser().absolute()
        JwkWallet.read(path)
        return str(path)
    if name == "keypair" and value:
        path = Path(value).expanduser().absolute()
        Wallet.read(path)
        return str(path)
    if name == "url" and value == "solana":
        found = solana_setting("json_rpc_url")
        if found is None:
            raise ConfigError("Solana's settings name no url.")
        return found
    return value


def _settings(config: Config) -> dict[str, str]:
    """Every setting as text; where none is set, the keypair that is found."""
    from federity.keypairs import find

    settings = {name: str(getattr(config, name)) for name in config.names()}
    return {**settings, "keypair": str(find(None, None, config).path)}


async def _local(invocation: Invocation, verb: str, changes: dict[str, str | None]) -> Result:
    from federity.config import remembered_samples
    from federity.storage_settings import storage_kind

    worktree: Worktree = invocation.local().workspace.worktree
    config = worktree.config()
    for name, value in changes.items():
        if name not in LOCAL:
            raise ConfigError(
                f"A working copy has no setting {name!r} of its own: it has {', '.join(LOCAL)}."
            )
        if verb == "set" and name == "url":
            config = replace(config, url=await _same_chain(worktree, _checked(name, value or "")))
        elif verb == "set" and name == "samples":
            config = replace(config, samples=remembered_samples(value or ""))
        elif verb == "set" and name == "storage":
            config = replace(config, storage=storage_kind(value or ""))
        elif verb == "set" and not value:
            raise ConfigError("A keypair is a file, not an empty name.")
        elif verb == "set":
            config = replace(config, keypair=_checked(name, value or ""))
        elif verb == "unset" and name == "url":
            raise ConfigError("A working copy has always a chain: set another url.")
        elif verb == "unset":
            config = config.without(name)
    if verb != "get" and not invocation.args.dry_run:
        worktree.set_config(config)
    return _shown(invocation, {name: str(getattr(config, name)) for name in LOCAL}, changes)


async def _same_chain(worktree: Worktree, url: str) -> str:
    """The url of another node of the working copy's chain. Raises WrongCluster, ChainUnavailable."""
    import federity
    from federity import Repository

    async with federity.connect(url) as session:
        await Repository(session, worktree).workspace.check_chain()
        return session.url


def _shown(invocation: Invocation, settings: dict[str, str], named: dict[str, str | None]) -> Result:
    unknown = [name for name in named if name not in settings]
    if unknown:
        raise ConfigError(f"There is no setting '{unknown[0]}': the settings are {', '.join(settings)}.")
    # What is shown ends up in screenshots and logs; a script that needs the url says so.
    if not invocation.args.show_secrets:
        settings = {name: _masked(name, value) for name, value in settings.items()}
    shown = {name: settings[name] for name in named} or settings
    return Result(shown, next(iter(shown.values())) if len(named) == 1 else fields(shown.items()))


def _masked(name: str, value: str) -> str:
    """A setting without the secrets that a url in it may hold."""
    if name == "url" or "://" in value:
        return ",".join(map(shown_url, value.split(",")))
    return value
