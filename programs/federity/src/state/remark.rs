//! What a member says of a proposal: an operation, or a commit of a round. Nobody's vote. Seeds: `remark`, subject, author,
//! note_hash: who says more says it beside what was said.

use anchor_lang::prelude::*;
use federity_protocol::constants::{VERDICT_APPROVE, VERDICT_COMMENT};

use crate::errors::FederityError;

#[account]
pub struct Remark {
    pub version: u8,
    pub bump: u8,
    /// 1 approve, 2 reject, 3 comment.
    pub verdict: u8,
    pub repository: Address,
    /// The operation or commit.
    pub subject: Address,
    pub author: Address,
    pub payer: Address,
    /// sha256 of the words.
    pub note_hash: [u8; 32],
    pub slot: PodU64,
    pub reserved: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<Remark>() == 203);

/// Refuses what is no verdict, and a remark without words.
pub fn check_remark(verdict: u8, note_hash: &[u8; 32]) -> Result<()> {
    require!(
        (VERDICT_APPROVE..=VERDICT_COMMENT).contains(&verdict),
        FederityError::InvalidVerdict
    );
    require!(*note_hash != [0; 32], FederityError::NothingSaid);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_has_words_and_one_of_three_verdicts() {
        for verdict in [0, 4, 255] {
            let refused = Err(FederityError::InvalidVerdict.into());
            assert_eq!(check_remark(verdict, &[1; 32]), refused);
        }
        for verdict in 1..=3 {
            check_remark(verdict, &[1; 32]).unwrap();
            let refused = Err(FederityError::NothingSaid.into());
            assert_eq!(check_remark(verdict, &[0; 32]), refused);
        }
    }
}
