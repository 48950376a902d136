//! What every instruction imports: Anchor's names, with this program's own account type in the place of Anchor's.

pub use {crate::state::account::Account, anchor_lang::prelude::*};
