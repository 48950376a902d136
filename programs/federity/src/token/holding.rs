//! Who holds an NFT.

use anchor_lang::prelude::*;

use super::TOKEN;
use crate::errors::FederityError;

/// Bytes of a token account without extensions, after which comes what kind of account it is.
const ACCOUNT_BYTES: usize = 165;
/// Bytes of an account of several signers: no token account has as many.
const MULTISIG_BYTES: usize = 355;
const KIND_ACCOUNT: u8 = 2;
/// Neither new nor frozen.
const STATE_USABLE: u8 = 1;

/// Refuses a token account that does not hold the one token of `mint` in the hand of `wallet`.
pub fn check_held(view: &AccountView, mint: &Address, wallet: &Address) -> Result<()> {
    require!(view.owned_by(&TOKEN), FederityError::NftNotHeld);
    let data = view.try_borrow()?;
    require!(
        is_held(&data, mint, wallet) == Some(true),
        FederityError::NftNotHeld
    );
    Ok(())
}

/// Mint 32, owner 32, amount 8, delegate 36, state 1.
fn is_held(data: &[u8], mint: &Address, wallet: &Address) -> Option<bool> {
    let kind = match data.get(ACCOUNT_BYTES) {
        None => data.len() == ACCOUNT_BYTES,
        Some(kind) => *kind == KIND_ACCOUNT && data.len() != MULTISIG_BYTES,
    };
    Some(
        kind && data.get(..32)? == mint.as_ref()
            && data.get(32..64)? == wallet.as_ref()
            && data.get(64..72)? == 1u64.to_le_bytes()
            && *data.get(108)? == STATE_USABLE,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::key;

    fn account() -> Vec<u8> {
        let mut data = vec![0; ACCOUNT_BYTES];
        data[..32].copy_from_slice(key(1).as_ref());
        data[32..64].copy_from_slice(key(2).as_ref());
        data[64] = 1;
        data[108] = STATE_USABLE;
        data
    }

    #[test]
    fn only_one_token_of_the_mint_in_the_wallets_usable_account_is_held() {
        let held = |data: &[u8]| is_held(data, &key(1), &key(2)) == Some(true);
        assert!(held(&account()));
        let mut extended = account();
        extended.extend([KIND_ACCOUNT, 7, 0, 0, 0]);
        assert!(held(&extended));
        for (place, value) in [
            (0, 9),
            (32, 9),
            (64, 0),
            (64, 2),
            (71, 1),
            (108, 2),
            (108, 0),
        ] {
            let mut changed = account();
            changed[place] = value;
            assert!(!held(&changed), "byte {place} is {value}");
        }
        extended[ACCOUNT_BYTES] = 1;
        assert!(!held(&extended), "a mint");
        assert!(!held(&account()[..164]));
        let mut signers = account();
        signers.resize(MULTISIG_BYTES, KIND_ACCOUNT);
        assert!(!held(&signers));
        assert!(!held(&[]));
    }
}
