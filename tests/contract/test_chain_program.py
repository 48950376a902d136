"""How the program's events, accounts and refusals come through every chain."""

import pytest
from solders.instruction import Instruction

from federity._generated import instructions
from federity._generated.accounts import Member, Repository
from federity._generated.errors import CODES, ERRORS
from federity._generated.events import RepositoryCreated
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from federity.chain.base import ChainClient, Filter
from federity.chain.instructions import instructions_of
from federity.errors import ProgramError
from federity.wallet import Wallet

pytestmark = pytest.mark.svm

NAME = "digits"
# Seven times the generator of bn254's G2 in the program's byte order: a tau that everybody knows.
TAU_G2 = bytes.fromhex(
    "2903ba015a9abde26a5d081e84551e63be0fd4516e46ee6d593edeba46362455"
    "224bdc5d4327fcf8ed702e01de1c2f1657a253ba75e32a89c390142aaa28b308"
    "03c8b7cda6b2dedb7aeeaf5fda464ad17036bea1c4e6f7adbaed1ebe0335e0d8"
    "1d92fff52a265017eeccb372e37d7a7bd431800eca28dfd82e21e8054114233f"
)


async def create(chain: ChainClient, wallet: Wallet, flags: int = 1) -> Instruction:
    repository = pda.repository(wallet.pubkey, NAME)
    return instructions.repository_create(
        payer=wallet.pubkey,
        authority=wallet.pubkey,
        repository=repository,
        member=pda.member(repository, wallet.pubkey),
        name=pda.padded_name(NAME),
        flags=flags,
        cluster=await chain.genesis_hash(),
        tau_g2=TAU_G2,
    )


async def test_an_event_comes_with_the_receipt_and_stays_in_the_history(
    chain: ChainClient, wallet: Wallet
) -> None:
    repository = pda.repository(wallet.pubkey, NAME)
    simulated = await chain.simulate([await create(chain, wallet)], wallet.pubkey)
    receipt = await chain.send([await create(chain, wallet)], payer=wallet)
    (event,) = receipt.events
    assert isinstance(event, RepositoryCreated)
    assert (event.repository, event.creator) == (repository, wallet.pubkey)
    assert [type(told) for told in simulated.events] == [RepositoryCreated]
    (record,) = await chain.history(repository)
    assert record.events == receipt.events
    assert record.signature == receipt.signature
    (decoded,) = instructions_of(record)
    assert isinstance(decoded.arguments, instructions.RepositoryCreate)
    assert decoded.arguments.tau_g2 == TAU_G2
    assert decoded.accounts["repository"] == repository
    assert decoded.remaining == ()


async def test_accounts_are_found_by_kind_and_field(chain: ChainClient, wallet: Wallet) -> None:
    await chain.send([await create(chain, wallet)], payer=wallet)
    repository = pda.repository(wallet.pubkey, NAME)
    mine = Filter(Member.OFFSETS["wallet"], bytes(wallet.pubkey))
    ((address, data),) = await chain.program_accounts(Member.DISCRIMINATOR, [mine])
    assert address == pda.member(repository, wallet.pubkey)
    member = Member.decode(data)
    assert (member.repository, member.wallet) == (repository, wallet.pubkey)
    account = await chain.account(repository)
    assert account is not None
    assert account.owner == PROGRAM_ID
    assert len(account.data) == Repository.SIZE
    assert account.lamports == await chain.rent(Repository.SIZE)
    assert Repository.decode(account.data).cluster == await chain.genesis_hash()


async def test_a_refusal_has_the_programs_name_code_and_sentence(chain: ChainClient, wallet: Wallet) -> None:
    with pytest.raises(ProgramError) as refused:
        await chain.send([await create(chain, wallet, flags=0)], payer=wallet)
    error = refused.value
    assert error.code == CODES[error.name]
    assert ERRORS[error.code] == (error.name, error.message)
    assert error.signature is None

    doomed = await chain.prepare([await create(chain, wallet, flags=0)], payer=wallet, preflight=False)
    with pytest.raises(ProgramError) as landed:
        await chain.submit(doomed)
    assert (landed.value.code, landed.value.signature) == (error.code, str(doomed.signature))
    record = await chain.transaction(doomed.signature)
    assert record is not None
    assert record.failure is not None
    assert record.failure.name == error.name
    assert record.events == ()
