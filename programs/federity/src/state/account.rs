//! The one loader: every account of this program that an instruction names or is handed passes through it.
//!
//! Anchor's own type checks owner, discriminator and length. This one adds the version, so that an account of a layout
//! that this program does not know is refused by name, and is never read as if it were of one that it does know. A
//! longer account than the layout is read: a later version only appends.

use anchor_lang::{
    accounts::{HeaderOnly, Slab, SlabSchema},
    bytemuck::{try_from_bytes, try_from_bytes_mut, Pod, Zeroable},
    prelude::*,
    AccountClose, AccountInitialize, AnchorAccount, IdlAccountType, Space,
};
use federity_protocol::constants::ACCOUNT_VERSION;

use crate::errors::FederityError;

/// What is stored with a version in its first byte.
pub trait Stored: Pod + Zeroable + Owner + Discriminator + SlabSchema {
    fn version(&self) -> u8;
}

/// An account of this program, of a version that it reads. Hides Anchor's type of the same name.
pub struct Account<T: Stored>(Slab<T, HeaderOnly>);

fn check_version(version: u8) -> core::result::Result<(), ProgramError> {
    require!(
        version == ACCOUNT_VERSION,
        ProgramError::from(FederityError::WrongVersion)
    );
    Ok(())
}

impl<T: Stored> Account<T> {
    pub fn address(&self) -> &Address {
        self.0.address()
    }
}

impl<T: Stored> AnchorAccount for Account<T> {
    type Data = T;
    const MIN_DATA_LEN: usize = <Slab<T, HeaderOnly> as AnchorAccount>::MIN_DATA_LEN;
    const RELAX_READONLY_CPI_BORROW_FROM_MUT: bool = true;

    #[inline(always)]
    fn load(view: AccountView) -> core::result::Result<Self, ProgramError> {
        let loaded = Slab::<T, HeaderOnly>::load(view)?;
        check_version(loaded.version())?;
        Ok(Self(loaded))
    }

    /// # Safety
    ///
    /// As [`AnchorAccount::load_mut`] says: nobody else refers to the data.
    #[inline(always)]
    unsafe fn load_mut(view: AccountView) -> core::result::Result<Self, ProgramError> {
        let loaded = Slab::<T, HeaderOnly>::load_mut(view)?;
        check_version(loaded.version())?;
        Ok(Self(loaded))
    }

    /// A new account has no version yet: the instruction that makes it writes it.
    ///
    /// # Safety
    ///
    /// As [`AnchorAccount::load_mut`] says: nobody else refers to the data.
    #[inline(always)]
    unsafe fn load_mut_after_init(view: AccountView) -> core::result::Result<Self, ProgramError> {
        Slab::load_mut_after_init(view).map(Self)
    }

    fn account(&self) -> &AccountView {
        self.0.account()
    }
}

impl<T: Stored> AccountInitialize for Account<T>
where
    Slab<T, HeaderOnly>: AccountInitialize,
{
    type Params<'a> = <Slab<T, HeaderOnly> as AccountInitialize>::Params<'a>;

    #[inline(always)]
    fn create_and_initialize<'a>(
        payer: &AccountView,
        account: &AccountView,
        space: usize,
        owner: &Address,
        params: &Self::Params<'a>,
        signer_seeds: Option<&[&[u8]]>,
        payer_signer_seeds: Option<&[&[u8]]>,
    ) -> core::result::Result<Self, ProgramError> {
        Slab::create_and_initialize(
            payer,
            account,
            space,
            owner,
            params,
            signer_seeds,
            payer_signer_seeds,
        )
        .map(Self)
    }
}

impl<T: Stored> AccountClose for Account<T> {
    fn close(&mut self, destination: AccountView) -> core::result::Result<(), ProgramError> {
        self.0.close(destination)
    }
}

impl<T: Stored> Space for Account<T> {
    const INIT_SPACE: usize = <Slab<T, HeaderOnly> as Space>::INIT_SPACE;
}

impl<T: Stored> Discriminator for Account<T> {
    const DISCRIMINATOR: &'static [u8] = T::DISCRIMINATOR;
}

impl<T: Stored> core::ops::Deref for Account<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Stored> core::ops::DerefMut for Account<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Stored> AsRef<AccountView> for Account<T> {
    fn as_ref(&self) -> &AccountView {
        self.0.as_ref()
    }
}

impl<T: Stored> AsRef<Address> for Account<T> {
    fn as_ref(&self) -> &Address {
        self.0.as_ref()
    }
}

#[doc(hidden)]
impl<T: Stored + IdlAccountType> IdlAccountType for Account<T> {
    const __IDL_ACCOUNT_ENTRY: Option<&'static str> = T::__IDL_ACCOUNT_ENTRY;
    const __IDL_TYPE_DEF: Option<&'static str> = T::__IDL_TYPE_DEF;

    fn __idl_account_entry() -> Option<&'static str> {
        T::__idl_account_entry()
    }

    fn __idl_type_def() -> Option<&'static str> {
        T::__idl_type_def()
    }

    fn __register_idl_deps(accounts: &mut Vec<&'static str>, types: &mut Vec<&'static str>) {
        T::__register_idl_deps(accounts, types);
    }
}

/// Reads one of this program's accounts out of `remaining_accounts`.
pub fn cast<'a, T: Stored>(view: &AccountView, data: &'a [u8]) -> Result<&'a T> {
    require!(view.owned_by(&crate::ID), FederityError::WrongAccount);
    let found: Option<&T> = body::<T>(data).and_then(|body| try_from_bytes(body).ok());
    let found = found.ok_or(FederityError::WrongAccount)?;
    check_version(found.version())?;
    Ok(found)
}

/// Like [`cast`], to change it.
pub fn cast_mut<'a, T: Stored>(view: &AccountView, data: &'a mut [u8]) -> Result<&'a mut T> {
    let own = view.owned_by(&crate::ID) && view.is_writable();
    require!(
        own && body::<T>(data).is_some(),
        FederityError::WrongAccount
    );
    let start = T::DISCRIMINATOR.len();
    let body = data.get_mut(start..start.saturating_add(size_of::<T>()));
    let found: Option<&mut T> = body.and_then(|body| try_from_bytes_mut(body).ok());
    let found = found.ok_or(FederityError::WrongAccount)?;
    check_version(found.version())?;
    Ok(found)
}

fn body<T: Stored>(data: &[u8]) -> Option<&[u8]> {
    data.strip_prefix(T::DISCRIMINATOR)?.get(..size_of::<T>())
}

macro_rules! stored {
    ($($account:ident),* $(,)?) => {
        $(impl Stored for super::$account {
            fn version(&self) -> u8 {
                self.version
            }
        })*
    };
}

stored!(
    Approval,
    Branch,
    Commit,
    KeyPin,
    Location,
    Member,
    Operation,
    Points,
    Purse,
    Remark,
    Repository,
    Review,
    Round,
    Sale,
    Tag,
    VerifyingKey,
);

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn every_instruction_loads_its_accounts_here() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/instructions");
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let anchors = text.contains("anchor_lang::prelude") && text.contains("Account<");
            assert!(!anchors, "{} takes Anchor's Account", path.display());
        }
    }
}
