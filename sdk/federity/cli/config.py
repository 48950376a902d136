"""`federity config`: what holds for all repositories of this user."""

from __future__ import annotations

from federity.cli.failures import Refused
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields
from federity.masking import shown_url


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "config", run, "show settings, or set one for all repositories", prices=True)
    parser.add_argument("name", nargs="?", metavar="NAME", help="the setting (default: show all)")
    parser.add_argument("value", nargs="?", metavar="VALUE", help="the new value")


def run(invocation: Invocation) -> Result:
    """Show all settings or one, or set one."""
    from federity.config import Config

    name, value = invocation.args.name, invocation.args.value
    config = Config.read()
    if name is not None and value is not None:
        config = config.with_setting(name, value)
        if not invocation.args.dry_run:
            config.write()
    settings = {known: str(getattr(config, known)) for known in config.names()}
    if name is None:
        # Who asks for all may be showing them to somebody; who asks for one wants it whole.
        listed = {"home": str(config.home), **settings, "url": shown_url(config.url)}
        return Result(listed, fields(list(listed.items())))
    if name not in settings:
        raise Refused(f"there is no setting {name!r}: the settings are {', '.join(settings)}")
    return Result({name: settings[name]}, settings[name])
