//! A repository's NFT offered for lamports. Seeds: `sale`, repository: there is one NFT, so one sale at a time. The
//! NFT waits in the token account of this address, which signs for nothing but the NFT's way on.

use anchor_lang::prelude::*;
use federity_protocol::constants::MAX_PRICE;

use crate::errors::FederityError;

#[account]
pub struct Sale {
    pub version: u8,
    pub bump: u8,
    pub repository: Address,
    pub mint: Address,
    /// The branch whose merged updates share the price.
    pub branch: Address,
    pub seller: Address,
    pub payer: Address,
    /// Lamports.
    pub price: PodU64,
    /// Last slot in which it can be bought.
    pub expires: PodU64,
    pub created_slot: PodU64,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Sale>() == 218);

/// Refuses a price of nothing, or one that clients would not read exactly, and a sale that is past.
pub fn check_sale(price: u64, expires: u64, slot: u64) -> Result<()> {
    require!(
        (1..=MAX_PRICE).contains(&price) && expires > slot,
        FederityError::InvalidSale
    );
    Ok(())
}

impl Sale {
    fn is_over(&self, slot: u64) -> bool {
        slot > self.expires.get()
    }

    /// Refuses a buyer who is too late, or who meant to pay less.
    pub fn check_buy(&self, highest: u64, slot: u64) -> Result<()> {
        require!(!self.is_over(slot), FederityError::SaleOver);
        require!(self.price.get() <= highest, FederityError::PriceTooHigh);
        Ok(())
    }

    /// Refuses whoever may not end it now: until it is past that is everybody but its seller.
    pub fn check_cancel(&self, authority: &Address, slot: u64) -> Result<()> {
        require!(
            self.seller == *authority || self.is_over(slot),
            FederityError::SaleStands
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::key;
    use anchor_lang::bytemuck::Zeroable;

    #[test]
    fn a_sale_has_a_price_and_an_end_to_come() {
        check_sale(1, 8, 7).unwrap();
        check_sale(MAX_PRICE, 8, 7).unwrap();
        for (price, expires) in [(0, 8), (MAX_PRICE + 1, 8), (1, 7)] {
            let refused = check_sale(price, expires, 7);
            assert_eq!(refused, Err(FederityError::InvalidSale.into()));
        }
    }

    #[test]
    fn it_is_bought_in_time_for_its_price_and_cancelled_by_others_only_afterwards() {
        let mut sale = Sale::zeroed();
        (sale.price, sale.expires, sale.seller) = (100.into(), 9.into(), key(2));
        sale.check_buy(100, 9).unwrap();
        let late = sale.check_buy(100, 10);
        assert_eq!(late, Err(FederityError::SaleOver.into()));
        let dear = sale.check_buy(99, 9);
        assert_eq!(dear, Err(FederityError::PriceTooHigh.into()));
        sale.check_cancel(&key(2), 0).unwrap();
        sale.check_cancel(&key(3), 10).unwrap();
        let early = sale.check_cancel(&key(3), 9);
        assert_eq!(early, Err(FederityError::SaleStands.into()));
    }
}
