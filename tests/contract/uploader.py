"""A process that uploads blobs, each in a fork of itself: loading everything takes longer than uploading one.

A line on standard input is a JSON object: `home`, a folder with settings, `blob`, a file, and `piece`, the
bytes of a piece if it is to go by pieces. The answers are two lines: the fork's process id and, when it has
ended, its exit code (minus a signal).
"""

import asyncio
import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from federity.config import Config
from federity.network.patience import Trouble
from federity.network.throttle import Throttle
from federity.network.web import Host
from federity.objects.blob import BlobFile
from federity.storage.arweave import turbo
from federity.storage.arweave.jwk import JwkWallet
from federity.storage.arweave.opening import open_storage
from federity.storage.base import Label
from federity.wallet import Wallet
from support.clock import QuickClock


async def upload(job: dict[str, Any]) -> None:
    """What `push` does with a delta."""
    home = Path(job["home"])
    if job["piece"]:
        turbo.WHOLE_BYTES, turbo.PIECE_BYTES = 0, job["piece"]  # type: ignore[misc]
    wallet = Wallet.read(home / "id.json")
    async with open_storage(Config.read(home), lambda: wallet, QuickClock()) as store:
        await store.put(BlobFile(job["blob"]), Label("delta", "1" * 44))


async def warm(job: dict[str, Any]) -> None:
    """Load what an upload uses, once and not in each fork."""
    JwkWallet.read(Path(Config.read(Path(job["home"])).arweave_wallet)).sign(b"")
    async with Host("http://127.0.0.1:1", Throttle((), QuickClock()), QuickClock()) as nobody:
        with suppress(Trouble):
            await nobody.once("GET")


def main() -> None:
    """Answer line by line."""
    warmed = False
    for line in sys.stdin:
        if not warmed:
            asyncio.run(warm(json.loads(line)))
            warmed = True
        child = os.fork()
        if child == 0:
            code = 1
            try:
                asyncio.run(upload(json.loads(line)))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
