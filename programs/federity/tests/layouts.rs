//! Every account version ever released is read as it was written: `protocol/layouts` holds one of each.
//!
//! `protocol/layouts/make.py` says how a fixture's fields are filled; a field that moved, grew or changed its name
//! does not hold what its path says.

use std::{fs, path::Path};

use anchor_lang::{
    bytemuck::{bytes_of, pod_read_unaligned, Pod},
    Discriminator,
};
use federity::state::{
    Approval, Branch, Commit, KeyPin, Location, Member, Operation, Points, Purse, Repository,
    Review, Round, Sale, Tag, VerifyingKey,
};
use sha2::{Digest, Sha256};

fn filling(path: &str, size: usize) -> Vec<u8> {
    let mut data = Sha256::digest(path).to_vec();
    for count in 1..=u8::MAX {
        if data.len() >= size {
            break;
        }
        data.extend(
            Sha256::new()
                .chain_update(path)
                .chain_update([count])
                .finalize(),
        );
    }
    data.truncate(size);
    data
}

fn read<T: Pod + Discriminator>(file: &str) -> T {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocol/layouts");
    let bytes = fs::read(folder.join(file)).unwrap();
    let body = bytes
        .strip_prefix(T::DISCRIMINATOR)
        .expect("the account's discriminator");
    pod_read_unaligned(body)
}

macro_rules! layout {
    ($account:ident, $file:literal, [$($field:ident $(. $part:ident)?),* $(,)?]) => {{
        let account: $account = read($file);
        let mut covered = 0;
        $(
            let found = bytes_of(&account.$field $(.$part)?);
            let path = concat!(stringify!($account), ".", stringify!($field) $(, ".", stringify!($part))?);
            let expected = if path == concat!(stringify!($account), ".version") {
                vec![1]
            } else {
                filling(path, found.len())
            };
            assert_eq!(found, expected, "{path}");
            covered += found.len();
        )*
        assert_eq!(covered, size_of::<$account>(), "all fields of {}", $file);
    }};
}

#[test]
fn accounts_of_version_1_are_read() {
    layout!(
        Repository,
        "repository.v1.bin",
        [
            version,
            bump,
            flags,
            epoch,
            creator,
            owner,
            offered_to,
            offer_expires,
            payer,
            name,
            cluster,
            srs_id,
            tau_g2,
            nft_mint,
            ancestor,
            members,
            branches,
            locked,
            created_slot,
            reserved
        ]
    );
    layout!(
        Review,
        "review.v1.bin",
        [version, bump, verdict, commit, reviewer, payer, note_hash, slot, reserved]
    );
    layout!(
        Tag,
        "tag.v1.bin",
        [
            version, bump, repository, name, commit, tagger, payer, note_hash, slot, moves,
            reserved
        ]
    );
    layout!(
        Sale,
        "sale.v1.bin",
        [
            version,
            bump,
            repository,
            mint,
            branch,
            seller,
            payer,
            price,
            expires,
            created_slot,
            reserved
        ]
    );
    layout!(
        Purse,
        "purse.v1.bin",
        [version, bump, repository, branch, payer, balance, owed, reserved]
    );
    layout!(
        Points,
        "points.v1.bin",
        [
            version,
            bump,
            commit,
            payer,
            index,
            chunk.point,
            chunk.parts,
            chunk.added,
            reserved
        ]
    );
    layout!(
        Branch,
        "branch.v1.bin",
        [
            version,
            bump,
            fraction_bits,
            repository,
            name,
            creator,
            payer,
            lineage,
            manifest_hash,
            base_hash,
            chunks,
            head,
            head_seq,
            bound,
            rules.version,
            rules.protected,
            rules.min_level,
            rules.weighting,
            rules.approvals,
            rules.merge_approvals,
            rules.allow_server,
            rules.allow_sealed,
            rules.rules_role,
            rules.operate_role,
            rules.max_staleness,
            rules.max_weight,
            rules.max_samples,
            rules.norm_bound,
            rules.propose_slots,
            rules.review_slots,
            rules.merge_slots,
            rules.reserved,
            round_count,
            current_round,
            locked_by,
            fork_point,
            created_slot,
            contributed,
            dividend,
            reserved
        ]
    );
    layout!(
        KeyPin,
        "key_pin.v1.bin",
        [version, bump, relation, width, n, repository, key, payer, reserved]
    );
    layout!(
        Commit,
        "commit.v1.bin",
        [
            version,
            bump,
            kind,
            level,
            state,
            shift,
            fraction_bits,
            flags,
            history_level,
            repository,
            branch,
            lineage,
            round,
            parent,
            author,
            payer,
            parent_seq,
            seq,
            created_slot,
            blob_hash,
            location.tag,
            location.id,
            key,
            unit_size,
            parts,
            parts_done,
            chunks,
            points_created,
            norm,
            norm_bound,
            samples,
            loss,
            accuracy,
            epsilon,
            approvals,
            rejects,
            held_by,
            index,
            weight,
            bound,
            start,
            travel,
            chunk.point,
            chunk.parts,
            chunk.added,
            data_root,
            claimed,
            reserved
        ]
    );
    layout!(
        Operation,
        "operation.v1.bin",
        [
            version,
            bump,
            state,
            m,
            fraction_bits,
            terms_count,
            repository,
            branch,
            head,
            head_seq,
            author,
            payer,
            result,
            note_hash,
            created_slot,
            chunks,
            chunks_done,
            demand.level,
            demand.flags,
            demand.weight,
            demand.strength,
            terms,
            reserved
        ]
    );
    layout!(
        Approval,
        "approval.v1.bin",
        [
            version,
            bump,
            round,
            approver,
            payer,
            set_hash,
            weights_hash,
            attempt,
            slot,
            reserved
        ]
    );
    layout!(
        VerifyingKey,
        "verifying_key.v1.bin",
        [version, bump, payer, bytes, reserved]
    );
    layout!(
        Member,
        "member.v1.bin",
        [
            version,
            bump,
            role,
            delegate_role,
            repository,
            wallet,
            delegate,
            payer,
            joined_slot,
            epoch,
            delegate_epoch,
            delegate_expires,
            reserved
        ]
    );
    layout!(
        Location,
        "location.v1.bin",
        [
            version,
            bump,
            commit,
            poster,
            payer,
            blob_hash,
            location.tag,
            location.id,
            slot,
            reserved
        ]
    );
    layout!(
        Round,
        "round.v1.bin",
        [
            version,
            bump,
            kind,
            state,
            fraction_bits,
            repository,
            branch,
            lineage,
            index,
            opener,
            payer,
            opened_slot,
            propose_deadline,
            review_deadline,
            merge_deadline,
            rules.version,
            rules.protected,
            rules.min_level,
            rules.weighting,
            rules.approvals,
            rules.merge_approvals,
            rules.allow_server,
            rules.allow_sealed,
            rules.rules_role,
            rules.operate_role,
            rules.max_staleness,
            rules.max_weight,
            rules.max_samples,
            rules.norm_bound,
            rules.propose_slots,
            rules.review_slots,
            rules.merge_slots,
            rules.reserved,
            proposed,
            accepted,
            rejected,
            sum_samples,
            set_hash,
            weights_written,
            weight_sum,
            weights_hash,
            head,
            head_seq,
            bound,
            attempt,
            chunks,
            chunks_done,
            scaled_sum,
            merge,
            approvals,
            commits,
            opened_seq,
            contributed,
            dividend,
            reserved
        ]
    );
}
