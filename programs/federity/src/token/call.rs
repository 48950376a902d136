//! Calls of other programs, by their accounts and bytes.

use anchor_lang::{
    cpi::{CpiSigner, InstructionAccount as Meta, InstructionView},
    pinocchio::cpi::invoke_signed_with_bounds,
    prelude::*,
};

/// Most accounts of one call here.
const MOST_ACCOUNTS: usize = 6;

/// How a call uses an account: whether it may write it, and whether it signs.
pub type Use<'a> = (&'a AccountView, bool, bool);

pub const fn read(view: &AccountView) -> Use<'_> {
    (view, false, false)
}

pub const fn write(view: &AccountView) -> Use<'_> {
    (view, true, false)
}

pub const fn sign(view: &AccountView) -> Use<'_> {
    (view, false, true)
}

pub const fn write_signed(view: &AccountView) -> Use<'_> {
    (view, true, true)
}

/// A call of a program, and which addresses of this one sign it. In a struct: a function here takes five arguments.
pub struct Call<'a> {
    pub program: &'a Address,
    pub uses: &'a [Use<'a>],
    pub data: &'a [u8],
    pub signer: &'a [CpiSigner<'a, 'a>],
}

impl Call<'_> {
    /// Makes it. In one place: each call costs kilobytes of program.
    #[inline(never)]
    pub fn make(&self) -> Result<()> {
        let metas: Vec<Meta> = self
            .uses
            .iter()
            .map(|(view, writes, signs)| Meta::new(view.address(), *writes, *signs))
            .collect();
        let views: Vec<&AccountView> = self.uses.iter().map(|(view, ..)| *view).collect();
        let call = InstructionView {
            program_id: self.program,
            accounts: &metas,
            data: self.data,
        };
        invoke_signed_with_bounds::<MOST_ACCOUNTS, _>(&call, &views, self.signer)
    }
}
