"""Who may upgrade the program is who was named: a wallet, a multisig's vault, or nobody."""

from functools import partial

from solders.pubkey import Pubkey

from federity.chain.identity import NOBODY
from federity.errors import ChainError
from migrations.plan import Context, Step


async def plan(context: Context) -> list[Step]:
    """Hand the program over when it is ours and somebody else was named."""
    if not context.authority:
        return []
    program, payer = context.program, context.payer.pubkey
    to = None if context.authority == NOBODY else Pubkey.from_string(context.authority)
    if await context.deployer.holder(program) == to:
        return []
    other = await context.deployer.left_to(program)
    if other is not None:
        raise ChainError(f"Only {other} may hand the program {program} over, not {payer}.")
    sentence = f"hand the program at {program} over to {to}, who alone may upgrade it from then on"
    if to is None:
        sentence = f"make the program at {program} final: nobody may upgrade it ever again"
    return [Step(sentence, partial(context.deployer.hand_over, program, to))]
