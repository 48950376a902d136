"""The development keys that were asked for are on the chain.

They are made here from the public seed, or found in the cache; a repository created `insecure` can then pin
them. On a chain that only serves ceremony keys, ask for none.
"""

import hashlib
from functools import partial

from federity._generated import instructions
from federity._generated.accounts import VerifyingKey
from federity.chain import pda
from federity.prover.keys import DevelopmentKeys
from migrations.plan import Context, Step


async def plan(context: Context) -> list[Step]:
    """Create the account of each key that is missing."""
    keys = DevelopmentKeys(context.cache)
    steps = []
    for elements in context.development_keys:
        verifying_key = (await keys.key(elements)).verifying_key
        address = pda.key(verifying_key)
        account = await context.chain.account(address)
        if account is None or account.data[:8] != VerifyingKey.DISCRIMINATOR:
            sentence = f"create the development key for units of {elements} elements at {address}"
            steps.append(Step(sentence, partial(create, context, verifying_key)))
    return steps


async def create(context: Context, verifying_key: bytes) -> None:
    """Send `key_create`."""
    payer = context.payer
    step = instructions.key_create(
        payer=payer.pubkey,
        key=pda.key(verifying_key),
        hash=hashlib.sha256(verifying_key).digest(),
        bytes_=verifying_key,
    )
    await context.chain.send([step], payer=payer)
