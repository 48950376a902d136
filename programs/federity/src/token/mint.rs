//! Makes an NFT: a mint at an address of this program, one token, and nobody who could ever make another or change what
//! it says. While it is made, all in one instruction, its authority is the wallet that signed.

use anchor_lang::{
    cpi::{rent_exempt_lamports, CpiSeed, CpiSigner},
    prelude::*,
};
use federity_protocol::seeds;

use super::{
    call::{read, sign, write, write_signed, Call, Use},
    ASSOCIATED, SYSTEM, TOKEN,
};
use crate::{errors::FederityError, state::Repository};

/// Bytes of a mint with two pointers; metadata and group come after it is initialised, and Token-2022 makes the room.
const BARE_BYTES: u64 = 302;
const GROUP_BYTES: usize = 80;
const MEMBER_BYTES: usize = 72;
/// Tag and length before each extension.
const HEADER_BYTES: usize = 4;
const SYMBOL: &[u8] = b"FED";

// System program.
const CREATE_ACCOUNT: [u8; 4] = [0, 0, 0, 0];
const ASSIGN: [u8; 4] = [1, 0, 0, 0];
const TRANSFER: [u8; 4] = [2, 0, 0, 0];
const ALLOCATE: [u8; 4] = [8, 0, 0, 0];
// Token-2022: by number, and the interfaces of metadata and groups by the start of a sha256.
const MINT_TO_ONE: [u8; 10] = [14, 1, 0, 0, 0, 0, 0, 0, 0, 0];
const INITIALIZE_MINT: [u8; 2] = [20, 0];
const METADATA_POINTER: [u8; 2] = [39, 0];
const GROUP_POINTER: [u8; 2] = [40, 0];
const MEMBER_POINTER: [u8; 2] = [41, 0];
const NO_MINT_AUTHORITY: [u8; 3] = [6, 0, 0];
const METADATA_INITIALIZE: [u8; 8] = [210, 225, 30, 162, 88, 184, 77, 141];
const METADATA_AUTHORITY: [u8; 8] = [215, 228, 166, 228, 84, 100, 86, 123];
const GROUP_INITIALIZE: [u8; 8] = [121, 113, 108, 39, 54, 51, 0, 4];
const MEMBER_INITIALIZE: [u8; 8] = [152, 32, 222, 176, 223, 237, 116, 134];
// The program of associated accounts.
const CREATE_ASSOCIATED: [u8; 1] = [0];

/// What an NFT is made of.
pub struct Nft<'a> {
    pub payer: &'a AccountView,
    pub mint: &'a AccountView,
    /// The bump of the mint's address, whose other seeds are `mint` and `subject`.
    pub bump: u8,
    /// The repository or commit.
    pub subject: &'a Address,
    /// Whose it will be, who has signed.
    pub owner: &'a AccountView,
    /// The owner's token account, which it makes.
    pub account: &'a AccountView,
    pub system: &'a AccountView,
    pub token: &'a AccountView,
    pub name: &'a [u8],
    pub uri: &'a [u8],
    pub place: Place<'a>,
}

/// Which group it is of.
pub enum Place<'a> {
    /// Its own, which only `repository` lets others into.
    Group { repository: &'a Address },
    /// That of the repository's NFT, `group`.
    Member {
        group: &'a AccountView,
        view: &'a AccountView,
        repository: &'a Repository,
    },
}

/// Who signs a call beside the wallets that signed the transaction.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Nobody,
    Mint,
    Repository,
}

/// A call, its accounts and its bytes.
type Step<'a> = (&'a Address, By, Vec<Use<'a>>, Vec<u8>);

impl<'a> Nft<'a> {
    /// Makes the mint and the token. Refuses an address at which there is one.
    pub fn make(&self) -> Result<()> {
        require!(
            self.mint.owned_by(&SYSTEM) && self.mint.data_len() == 0,
            FederityError::NftExists
        );
        let mut steps = Vec::with_capacity(12);
        self.create(&mut steps)?;
        self.describe(&mut steps);
        self.join(&mut steps);
        self.give(&mut steps);
        for (program, by, uses, data) in &steps {
            self.send(program, *by, uses, data)?;
        }
        Ok(())
    }

    fn send(&self, program: &Address, by: By, uses: &[Use], data: &[u8]) -> Result<()> {
        let bump = [self.bump];
        let own = [
            CpiSeed::from(seeds::MINT),
            CpiSeed::from(self.subject.as_ref()),
            CpiSeed::from(&bump),
        ];
        let theirs;
        let their_bump;
        let signer = match (by, &self.place) {
            (By::Mint, _) => Some(CpiSigner::from(&own)),
            (By::Repository, Place::Member { repository, .. }) => {
                their_bump = [repository.bump];
                theirs = [
                    CpiSeed::from(seeds::REPOSITORY),
                    CpiSeed::from(repository.creator.as_ref()),
                    CpiSeed::from(&repository.name),
                    CpiSeed::from(&their_bump),
                ];
                Some(CpiSigner::from(&theirs))
            }
            _ => None,
        };
        Call {
            program,
            uses,
            data,
            signer: signer.as_slice(),
        }
        .make()
    }

    /// Bytes of the finished mint.
    fn size(&self) -> usize {
        let text = [self.name.len(), SYMBOL.len(), self.uri.len()];
        // Each with its length before it, two addresses, and no further fields.
        let text = text.into_iter().fold(32 + 32 + 4, |sum: usize, length| {
            sum.saturating_add(length).saturating_add(4)
        });
        let group = match self.place {
            Place::Group { .. } => GROUP_BYTES,
            Place::Member { .. } => MEMBER_BYTES,
        };
        (BARE_BYTES as usize)
            .saturating_add(2 * HEADER_BYTES)
            .saturating_add(text)
            .saturating_add(group)
    }

    /// An account of Token-2022's with rent for the finished mint, also where somebody has sent lamports before.
    fn create(&self, steps: &mut Vec<Step<'a>>) -> Result<()> {
        let there = self.mint.lamports();
        let missing = rent_exempt_lamports(self.size())?.saturating_sub(there);
        let both = || [write_signed(self.payer), write_signed(self.mint)].to_vec();
        let alone = || [write_signed(self.mint)].to_vec();
        let (lamports, space) = (missing.to_le_bytes(), BARE_BYTES.to_le_bytes());
        if there == 0 {
            let data = [&CREATE_ACCOUNT[..], &lamports, &space, TOKEN.as_ref()].concat();
            steps.push((&SYSTEM, By::Mint, both(), data));
            return Ok(());
        }
        if missing > 0 {
            let data = [&TRANSFER[..], &lamports].concat();
            steps.push((&SYSTEM, By::Mint, both(), data));
        }
        let data = [&ALLOCATE[..], &space].concat();
        steps.push((&SYSTEM, By::Mint, alone(), data));
        let data = [&ASSIGN[..], TOKEN.as_ref()].concat();
        steps.push((&SYSTEM, By::Mint, alone(), data));
        Ok(())
    }

    /// Pointers to itself, which nobody moves, the mint itself, which nobody freezes, and what it says.
    fn describe(&self, steps: &mut Vec<Step<'a>>) {
        let mint = self.mint;
        let pointer = match self.place {
            Place::Group { .. } => GROUP_POINTER,
            Place::Member { .. } => MEMBER_POINTER,
        };
        for kind in [METADATA_POINTER, pointer] {
            let data = [&kind[..], &[0; 32], mint.address().as_ref()].concat();
            steps.push((&TOKEN, By::Nobody, [write(mint)].to_vec(), data));
        }
        let owner = self.owner.address().as_ref();
        let data = [&INITIALIZE_MINT[..], owner, &[0]].concat();
        steps.push((&TOKEN, By::Nobody, [write(mint)].to_vec(), data));

        let mut data = METADATA_INITIALIZE.to_vec();
        for text in [self.name, SYMBOL, self.uri] {
            data.extend_from_slice(&(text.len() as u32).to_le_bytes());
            data.extend_from_slice(text);
        }
        let uses = [write(mint), read(self.owner), read(mint), sign(self.owner)];
        steps.push((&TOKEN, By::Nobody, uses.to_vec(), data));
    }

    /// Becomes a group, or the member of one.
    fn join(&self, steps: &mut Vec<Step<'a>>) {
        let itself = [write(self.mint), read(self.mint), sign(self.owner)];
        match self.place {
            Place::Group { repository } => {
                let limit = u64::MAX.to_le_bytes();
                let data = [&GROUP_INITIALIZE[..], repository.as_ref(), &limit].concat();
                steps.push((&TOKEN, By::Nobody, itself.to_vec(), data));
            }
            Place::Member { group, view, .. } => {
                let mut uses = itself.to_vec();
                uses.extend([write(group), sign(view)]);
                steps.push((&TOKEN, By::Repository, uses, MEMBER_INITIALIZE.to_vec()));
            }
        }
    }

    /// One token to its owner, and no authority over anything from here on.
    fn give(&self, steps: &mut Vec<Step<'a>>) {
        let (mint, account, owner) = (self.mint, self.account, self.owner);
        let uses = [
            write_signed(self.payer),
            write(account),
            read(owner),
            read(mint),
            read(self.system),
            read(self.token),
        ];
        steps.push((
            &ASSOCIATED,
            By::Nobody,
            uses.to_vec(),
            CREATE_ASSOCIATED.to_vec(),
        ));
        let uses = [write(mint), write(account), sign(owner)];
        steps.push((&TOKEN, By::Nobody, uses.to_vec(), MINT_TO_ONE.to_vec()));
        let uses = [write(mint), sign(owner)].to_vec();
        let data = [&METADATA_AUTHORITY[..], &[0; 32]].concat();
        steps.push((&TOKEN, By::Nobody, uses.clone(), data));
        steps.push((&TOKEN, By::Nobody, uses, NO_MINT_AUTHORITY.to_vec()));
    }
}
