"""The program's IDL is on the chain, where explorers and clients look for it."""

from functools import partial

from federity.chain.deployment import EmbeddedDeployer
from migrations import metadata
from migrations.plan import Context, Step


async def plan(context: Context) -> list[Step]:
    """Publish it when it is not there, or another is; before the program is handed over, for who may upgrade
    it alone says what its IDL is. Where that is somebody else, write a buffer for them to set it from.
    """
    text, chain, program, payer = context.idl, context.chain, context.program, context.payer
    if not text or isinstance(context.deployer, EmbeddedDeployer):
        return []
    place, buffer = metadata.address(program), metadata.buffer_address(program, payer.pubkey, text)
    keeper, found, written = await chain.accounts([metadata.PROGRAM, place, buffer])
    if metadata.text_in(found) == text:
        return []
    what = f"the IDL at {place}: {len(metadata.packed(text))} bytes"
    if keeper is None or not keeper.executable:
        return [Step(f"not possible here, where nothing runs at {metadata.PROGRAM}: publish {what}")]
    holder = await context.deployer.holder(program)
    if holder is None:
        return [Step(f"not possible, for nobody may upgrade the program: publish {what}")]
    if holder == payer.pubkey:
        return [Step(f"publish {what}", partial(metadata.publish, chain, payer, program, text))]
    if metadata.is_written(written, text):
        return [Step(f"left to {holder}: set {what}, from the buffer {buffer}")]
    act = partial(metadata.offer, chain, payer, program, text)
    return [Step(f"write a buffer from which {holder} can set {what}", act)]
