//! Closes a review, location or remark of what is gone, or an approval of a round or operation that is over; its rent
//! returns to the recorded payer.
//!
//! Anyone may do it, and a location's poster at any time. Nothing reads what this closes, and what it is about never
//! comes back to its address: rounds take no commits once they are over, and no index twice. Emits [`RecordClosed`].

use crate::prelude::*;

use crate::{
    errors::FederityError,
    events::RecordClosed,
    state::{cast, Approval, Location, Operation, Remark, Review, Round},
};

#[event_cpi]
#[derive(Accounts)]
pub struct RecordClose {
    pub authority: Signer,
    /// The commit of a review or location, the round or operation of an approval, what a remark is about; its account
    /// may be gone.
    pub subject: UncheckedAccount,
    /// One of these four.
    #[account(mut, close = payer)]
    pub review: Option<Account<Review>>,
    #[account(mut, close = payer)]
    pub location: Option<Account<Location>>,
    #[account(mut, close = payer)]
    pub approval: Option<Account<Approval>>,
    #[account(mut, close = payer)]
    pub remark: Option<Account<Remark>>,
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
}

impl RecordClose {
    /// Returns the record's address.
    fn validate(&self) -> Result<Address> {
        let subject = self.subject.address();
        let gone = !self.subject.account().owned_by(&crate::ID);
        let records = (&self.review, &self.location, &self.approval, &self.remark);
        let (address, about, payer, done) = match records {
            (Some(review), None, None, None) => {
                (review.address(), review.commit, review.payer, gone)
            }
            (None, Some(location), None, None) => {
                let own = location.poster == *self.authority.address();
                (
                    location.address(),
                    location.commit,
                    location.payer,
                    gone || own,
                )
            }
            (None, None, Some(approval), None) => {
                let done = gone || self.is_over()?;
                (approval.address(), approval.round, approval.payer, done)
            }
            (None, None, None, Some(remark)) => {
                (remark.address(), remark.subject, remark.payer, gone)
            }
            _ => return Err(FederityError::NotOneRecord.into()),
        };
        require!(about == *subject, FederityError::WrongAccount);
        require!(payer == *self.payer.address(), FederityError::WrongPayer);
        require!(done, FederityError::RecordStays);
        Ok(*address)
    }

    /// Whether the round or operation of an approval needs it no more.
    fn is_over(&self) -> Result<bool> {
        let view = self.subject.account();
        let data = view.try_borrow()?;
        match cast::<Operation>(view, &data) {
            Ok(operation) => Ok(operation.check_open().is_err()),
            Err(_) => Ok(cast::<Round>(view, &data)?.is_over()),
        }
    }
}

pub fn handler(ctx: &mut Context<RecordClose>) -> Result<()> {
    let record = ctx.accounts.validate()?;
    emit_cpi!(RecordClosed {
        record,
        subject: *ctx.accounts.subject.address(),
    });
    Ok(())
}
