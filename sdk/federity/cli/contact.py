"""`federity contact`: names for other people's wallets, kept on this machine, as git keeps remotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result, table

if TYPE_CHECKING:
    from federity.contacts import Contacts


def register(subparsers: Subparsers) -> None:
    """Add the command and its three verbs."""
    parser = command(subparsers, "contact", run_list)
    verbs = group(parser, "VERB", required=False)
    command(verbs, "list", run_list, "list the names and their addresses")
    add = command(verbs, "add", run_add, "name a wallet: the name goes wherever its address does")
    add.add_argument("name", metavar="NAME", help="1 to 32 of a-z 0-9 _ - that begin with a letter")
    add.add_argument("wallet", metavar="ADDRESS", help="address or keypair file")
    remove = command(verbs, "remove", run_remove, "forget a name")
    remove.add_argument("name", metavar="NAME", help="the contact's name")


def run_list(invocation: Invocation) -> Result:
    """Names and addresses."""
    known = contacts().all()
    nobody = "nobody has a name yet: `federity contact add NAME ADDRESS` gives one"
    return Result(dict(known), table(["name", "address"], known.items()) if known else nobody)


def run_add(invocation: Invocation) -> Result:
    """Name a wallet."""
    from federity.wallet import address_of

    name: str = invocation.args.name
    book = contacts()
    address = address_of(invocation.args.wallet, book)
    book.add(name, address)
    return Result({"name": name, "address": str(address)}, f"{name} is {address}")


def run_remove(invocation: Invocation) -> Result:
    """Forget a name."""
    name: str = invocation.args.name
    address = contacts().remove(name)
    return Result({"name": name, "address": address}, f"{address} has no name any more")


def contacts() -> Contacts:
    """The contacts beside the user's settings. Raises ConfigError."""
    from federity.config import Config
    from federity.contacts import Contacts

    return Contacts(Config.read().home)
