"""The program runs at its address, with the code that this version ships."""

from federity._generated.program import PROGRAM_ID
from federity.chain.program import packaged_program
from migrations.plan import Context, Step


async def plan(context: Context) -> list[Step]:
    """Deploy when nothing is there, upgrade when other code is."""
    code = packaged_program()
    deployed = await context.deployer.deployed(PROGRAM_ID)
    # A deployed program's room may be longer than its code; the rest is zeroes.
    if deployed is not None and deployed.rstrip(b"\0") == code.rstrip(b"\0"):
        return []
    verb = "deploy" if deployed is None else "upgrade"

    async def act() -> None:
        await context.deployer.deploy(PROGRAM_ID, code)

    return [Step(f"{verb} the program at {PROGRAM_ID}: {len(code)} bytes", act)]
