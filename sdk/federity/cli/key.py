"""`federity key`: the keys that check proofs, and wallets for those who have none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.operation_text import closed_text
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result, fields, table
from federity.cli.transaction import transaction
from federity.cli.wallet import add_airdrop
from federity.errors import WalletError

if TYPE_CHECKING:
    from federity.signing_key import SigningKey


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs."""
    parser = command(subparsers, "key", run_list)
    verbs = group(parser, "VERB", required=False)
    command(verbs, "list", run_list, "list the keys that commits of this repository may be proved with")
    pin = command(
        verbs, "pin", run_pin, "pin the development key for a unit size (insecure repositories)", prices=True
    )
    pin.add_argument("elements", type=int, metavar="ELEMENTS", help="values in one unit")
    repeal = command(
        verbs, "repeal", run_repeal, "take back what a key proves here; what it proved stays", prices=True
    )
    repeal.add_argument("key", metavar="KEY", help="its address, the start of it, or the values in one unit")
    new = command(
        verbs, "new", run_new, "make a wallet: a Solana keypair file that only you can read", prices=True
    )
    new.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="where (default: where your wallet is looked for)"
    )
    signer = command(
        verbs, "signer", run_signer, "make, or show, the P-256 key that signs your exports", prices=True
    )
    signer.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="where to write the public key, PEM"
    )
    add_airdrop(verbs)


async def run_list(invocation: Invocation) -> Result:
    """Verifying keys."""
    async with invocation.repository() as repository:
        views = await repository.keys()
    rows = [(v.address, v.relation, v.elements, v.width, v.origin) for v in views]
    text = table(["key", "relation", "elements", "bits", "origin"], rows)
    return Result([view.to_json() for view in views], text if views else "no key is pinned")


async def run_pin(invocation: Invocation) -> Result:
    """Pin a verifying key."""
    elements: int = invocation.args.elements
    async with invocation.repository() as repository:
        return await transaction(
            invocation,
            f"Pinning the key for units of {elements} values",
            lambda dry_run: repository.key_pin(elements, dry_run=dry_run),
        )


async def run_repeal(invocation: Invocation) -> Result:
    """Take a pin back."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Repealing the key {args.key}",
            lambda dry_run: repository.key_repeal(args.key, dry_run=dry_run),
        )
    return invocation.priced(report, report.to_json(), closed_text(report, args.dry_run))


def run_new(invocation: Invocation) -> Result:
    """Make a wallet; never overwrites one."""
    from federity.wallet import Wallet

    path: Path = invocation.args.file or invocation.keypair().path
    if invocation.args.dry_run:
        return Result({"keypair": str(path)}, f"would write {path}")
    wallet = Wallet.create(path)
    address = str(wallet.pubkey)
    text = fields([("wallet", address), ("keypair", f"{path} (keep it: nobody can restore it)")])
    return Result({"wallet": address, "keypair": str(path)}, text)


def _holds(file: Path, key: SigningKey | None) -> bool:
    """Whether a file that is there is the public part of a key."""
    from federity.local_files import Unsound, contents

    try:
        return key is not None and contents(file) == key.public.encode()
    except (Unsound, FileNotFoundError):
        return False


def run_signer(invocation: Invocation) -> Result:
    """Make the wallet's signing key unless there is one, and say which it is."""
    from federity.config import Config
    from federity.files import write_atomically
    from federity.signing_key import SigningKey, fingerprint, key_file

    args = invocation.args
    wallet = str(invocation.keypair(invocation.here()).read().pubkey)
    path = key_file(Config.read().home, wallet)
    key = SigningKey.read(path)
    if args.file is not None and os.path.lexists(args.file) and not _holds(args.file, key):
        raise WalletError(
            f"There is {args.file} already, and it does not hold this public key: nothing is overwritten.",
            hint="Name a new file.",
        )
    if args.dry_run:
        missing = [str(file) for file in (path, args.file) if file is not None and not os.path.lexists(file)]
        text = f"would write {' and '.join(missing)}" if missing else "would write nothing: it is there"
        return Result({"wallet": wallet, "key": str(path)}, text)
    made = key is None
    key = key or SigningKey.create(path)
    # It may be the key's own place: that is there by now.
    if args.file is not None and not os.path.lexists(args.file):
        write_atomically(args.file, [key.public.encode()], private=False)
    document = {
        "wallet": wallet,
        "key": str(path),
        "fingerprint": fingerprint(key.public),
        "public": key.public,
        "made": made,
    }
    text = fields(
        [
            ("wallet", wallet),
            ("key", f"{path} ({'made now; ' if made else ''}keep it to yourself)"),
            ("fingerprint", fingerprint(key.public)),
        ]
    )
    return Result(document, f"{text}\n{key.public.rstrip()}")
