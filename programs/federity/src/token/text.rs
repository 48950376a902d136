//! What an NFT is called and where its description is, from what the chain knows: nobody's words.

use anchor_lang::prelude::*;
use federity_protocol::constants::{LOCATION_ARWEAVE, LOCATION_BUNDLED, LOCATION_LOCAL};

use crate::{
    errors::FederityError,
    state::{BlobLocation, Commit, Repository, Round},
};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &[u8; 16] = b"0123456789abcdef";
const GATEWAY: &[u8] = b"https://arweave.net/";
/// Separates an address from the hash of what is there: the end of a link, which no server is sent.
const HASH: &[u8] = b"#sha256=";
const LOCAL: &[u8] = b"federity:sha256:";

/// The repository's own name.
pub fn repository_name(repository: &Repository) -> Vec<u8> {
    let end = repository.name.iter().position(|byte| *byte == 0);
    let end = end.unwrap_or(repository.name.len());
    repository.name.get(..end).unwrap_or_default().to_vec()
}

/// `NAME #MOVES`, the moves of the head at which the commit came into it; of an update in a round of several with its
/// number in the round: `NAME #MOVES.INDEX`.
pub fn commit_name(repository: &Repository, commit: &Commit, round: Option<&Round>) -> Vec<u8> {
    let mut name = repository_name(repository);
    let moves = match round {
        Some(round) => round.head_seq.get().saturating_add(1),
        None => commit.seq.get(),
    };
    name.extend_from_slice(b" #");
    put_number(&mut name, moves);
    if round.is_some_and(|round| round.accepted.get() > 1) {
        name.push(b'.');
        put_number(&mut name, commit.index.get().into());
    }
    name
}

/// Where the description is, with the sha256 of its bytes. Refuses a place that nobody can read.
pub fn uri(hash: &[u8; 32], location: &BlobLocation) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(160);
    match location.tag {
        LOCATION_LOCAL => {
            require!(location.id == *hash, FederityError::InvalidLocation);
            out.extend_from_slice(LOCAL);
        }
        LOCATION_ARWEAVE | LOCATION_BUNDLED => {
            out.extend_from_slice(GATEWAY);
            out.extend_from_slice(&base64(&location.id));
            out.extend_from_slice(HASH);
        }
        _ => return Err(FederityError::InvalidLocation.into()),
    }
    out.extend_from_slice(&hex(hash));
    Ok(out)
}

fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        if let [high, low] = pair {
            *high = letter(HEX, byte >> 4);
            *low = letter(HEX, byte & 15);
        }
    }
    out
}

/// In the alphabet of addresses, the last letter of what is padded left out.
fn base64(bytes: &[u8; 32]) -> [u8; 43] {
    let (mut padded, mut out, mut cut) = ([0; 33], [0; 44], [0; 43]);
    padded[..32].copy_from_slice(bytes);
    for (four, three) in out.chunks_exact_mut(4).zip(padded.chunks_exact(3)) {
        if let ([a, b, c, d], [x, y, z]) = (four, three) {
            *a = letter(BASE64, x >> 2);
            *b = letter(BASE64, (x & 3) << 4 | y >> 4);
            *c = letter(BASE64, (y & 15) << 2 | z >> 6);
            *d = letter(BASE64, z & 63);
        }
    }
    cut.copy_from_slice(&out[..43]);
    cut
}

fn letter(alphabet: &[u8], value: u8) -> u8 {
    alphabet.get(usize::from(value)).copied().unwrap_or(b'?')
}

fn put_number(out: &mut Vec<u8>, mut value: u64) {
    let start = out.len();
    loop {
        out.push(b'0'.wrapping_add((value % 10) as u8));
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.get_mut(start..).unwrap_or_default().reverse();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{commit, repository, round};

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn names_say_at_which_move_of_the_head_a_commit_came_in() {
        let mut repository = repository(1);
        repository.name[..6].copy_from_slice(b"digits");
        let (mut commit, mut round) = (commit(), round());
        commit.seq = 1234.into();
        assert_eq!(text(repository_name(&repository)), "digits");
        assert_eq!(
            text(commit_name(&repository, &commit, None)),
            "digits #1234"
        );
        (round.head_seq, round.accepted, commit.index) = (16.into(), 1.into(), 0.into());
        assert_eq!(
            text(commit_name(&repository, &commit, Some(&round))),
            "digits #17"
        );
        (round.accepted, commit.index) = (3.into(), 2.into());
        assert_eq!(
            text(commit_name(&repository, &commit, Some(&round))),
            "digits #17.2"
        );
        repository.name = [b'a'; 32];
        assert_eq!(repository_name(&repository).len(), 32);
    }

    #[test]
    fn a_link_ends_with_the_hash_of_what_is_there() {
        let hash = [0xab; 32];
        let digits = "ab".repeat(32);
        let mut id = [0xff; 32];
        id[0] = 0;
        let at = |tag, id| BlobLocation { tag, id };
        assert_eq!(
            text(uri(&hash, &at(LOCATION_LOCAL, hash)).unwrap()),
            format!("federity:sha256:{digits}")
        );
        let link = format!(
            "https://arweave.net/AP__{}8#sha256={digits}",
            "_".repeat(38)
        );
        assert_eq!(text(uri(&hash, &at(LOCATION_ARWEAVE, id)).unwrap()), link);
        assert_eq!(uri(&hash, &at(LOCATION_BUNDLED, id)).unwrap().len(), 135);
        for wrong in [at(0, [0; 32]), at(LOCATION_LOCAL, id), at(9, hash)] {
            assert_eq!(
                uri(&hash, &wrong),
                Err(FederityError::InvalidLocation.into())
            );
        }
    }
}
