"""The program runs at its address, with the code that it shall have."""

from federity.chain.identity import code_hash
from migrations.plan import Context, Step


async def plan(context: Context) -> list[Step]:
    """Deploy when nothing is there, upgrade when other code is.

    Where somebody else may upgrade (a multisig's vault), write a buffer that is theirs to upgrade from.
    """
    program, code, deployer = context.program, context.code, context.deployer
    deployed = await deployer.deployed(program)
    # A deployed program's room may be longer than its code; the rest is zeroes.
    if deployed is not None and deployed.rstrip(b"\0") == code.rstrip(b"\0"):
        return []
    size = f"{len(code)} bytes, sha256 {code_hash(code)}"
    if deployed is None:
        return [Step(f"deploy the program at {program}: {size}", lambda: deployer.deploy(program, code))]
    other = await deployer.left_to(program)
    if other is None:
        return [Step(f"upgrade the program at {program}: {size}", lambda: deployer.deploy(program, code))]
    buffer = await deployer.offered(program, code)
    if buffer is not None:
        return [Step(f"left to {other}: upgrade the program at {program} from the buffer {buffer}: {size}")]

    async def offer() -> None:
        await deployer.offer(program, code)

    return [Step(f"write a buffer from which {other} can upgrade the program at {program}: {size}", offer)]
