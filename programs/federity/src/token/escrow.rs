//! An NFT's way into the token account of a sale, and out of it.

use anchor_lang::{
    cpi::{CpiSeed, CpiSigner},
    prelude::*,
};
use federity_protocol::seeds;

use super::{
    call::{read, sign, write, write_signed, Call, Use},
    ASSOCIATED, SYSTEM, TOKEN,
};

// Token-2022: one token, of a mint without decimals.
const TRANSFER_ONE: [u8; 10] = [12, 1, 0, 0, 0, 0, 0, 0, 0, 0];
const CLOSE_ACCOUNT: [u8; 1] = [9];
// The program of associated accounts: also where there is one already.
const CREATE_IDEMPOTENT: [u8; 1] = [1];
// System program.
const TRANSFER: [u8; 4] = [2, 0, 0, 0];

/// The token account of a sale, and what goes with it.
pub struct Escrow<'a> {
    /// The sale, whose address the account is of.
    pub sale: &'a AccountView,
    pub bump: u8,
    pub repository: &'a Address,
    pub mint: &'a AccountView,
    pub account: &'a AccountView,
}

/// Whose NFT it takes in, and who pays for its account.
pub struct Source<'a> {
    pub payer: &'a AccountView,
    /// The owner, who has signed, and its token account.
    pub owner: &'a AccountView,
    pub account: &'a AccountView,
    pub system: &'a AccountView,
    pub token: &'a AccountView,
}

impl Escrow<'_> {
    /// Makes the account and takes in the NFT.
    pub fn take(&self, source: &Source) -> Result<()> {
        let uses = [
            write_signed(source.payer),
            write(self.account),
            read(self.sale),
            read(self.mint),
            read(source.system),
            read(source.token),
        ];
        call(&ASSOCIATED, &uses, &CREATE_IDEMPOTENT)?;
        let uses = [
            write(source.account),
            read(self.mint),
            write(self.account),
            sign(source.owner),
        ];
        call(&TOKEN, &uses, &TRANSFER_ONE)
    }

    /// Gives the NFT to a token account, and the rent of its own to `refund`.
    pub fn release(&self, target: &AccountView, refund: &AccountView) -> Result<()> {
        let bump = [self.bump];
        let own = [
            CpiSeed::from(seeds::SALE),
            CpiSeed::from(self.repository.as_ref()),
            CpiSeed::from(&bump),
        ];
        let signer = [CpiSigner::from(&own)];
        let uses = [
            write(self.account),
            read(self.mint),
            write(target),
            sign(self.sale),
        ];
        let transfer = Call {
            program: &TOKEN,
            uses: &uses,
            data: &TRANSFER_ONE,
            signer: &signer,
        };
        transfer.make()?;
        let uses = [write(self.account), write(refund), sign(self.sale)];
        let close = Call {
            uses: &uses,
            data: &CLOSE_ACCOUNT,
            ..transfer
        };
        close.make()
    }
}

/// Lamports of a wallet that has signed, for another account.
pub fn pay(from: &AccountView, to: &AccountView, lamports: u64) -> Result<()> {
    let data = [&TRANSFER[..], &lamports.to_le_bytes()].concat();
    call(&SYSTEM, &[write_signed(from), write(to)], &data)
}

/// A call that wallets alone have signed. Always inlined, as a slice is two arguments.
#[inline(always)]
fn call(program: &Address, uses: &[Use], data: &[u8]) -> Result<()> {
    Call {
        program,
        uses,
        data,
        signer: &[],
    }
    .make()
}
