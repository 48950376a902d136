//! Files that can be made again: written whole or not at all, and not believed without their checksum.
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use ark_bn254::{g1, g2, Fq, Fq2};
use ark_ec::short_weierstrass::Affine;
use ark_ec::AffineRepr;
use ark_ff::BigInt;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::Result;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The payload of `path`, or None when the file is missing, truncated or damaged.
pub fn read(path: &Path) -> Option<Vec<u8>> {
    let mut data = fs::read(path).ok()?;
    let payload = data.len().checked_sub(32)?;
    let intact = Sha256::digest(&data[..payload])[..] == data[payload..];
    data.truncate(payload);
    intact.then_some(data)
}

/// Writes payload and checksum under a name of this process, then renames: a reader or a second writer sees the old
/// file, the new one, or none.
pub fn write(path: &Path, payload: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unique = format!(
        ".{}.{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(unique);
    let temporary = folder.join(name);
    let written = (|| {
        let mut file = fs::File::create(&temporary)?;
        file.write_all(payload)?;
        file.write_all(&Sha256::digest(payload))?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    Ok(written?)
}

/// Affine points as the little-endian Montgomery limbs they have in memory: no field arithmetic on the way in or out.
/// Only for files that carry a checksum.
pub fn points_to_raw<P: RawPoint>(points: &[P]) -> Vec<u8> {
    let mut out = vec![0u8; points.len() * P::BYTES];
    out.par_chunks_exact_mut(P::BYTES)
        .zip(points)
        .for_each(|(slot, point)| point.write(slot));
    out
}

/// The `count` points of [`points_to_raw`], or None when the length differs.
pub fn points_from_raw<P: RawPoint>(bytes: &[u8], count: usize) -> Option<Vec<P>> {
    (bytes.len() == count.checked_mul(P::BYTES)?)
        .then(|| bytes.par_chunks_exact(P::BYTES).map(P::read).collect())
}

/// A point with a fixed raw width; the identity is all zeros.
pub trait RawPoint: Copy + Send + Sync {
    const BYTES: usize;
    fn write(&self, out: &mut [u8]);
    fn read(bytes: &[u8]) -> Self;
}

fn write_limbs(element: &Fq, out: &mut [u8]) {
    for (slot, limb) in out.chunks_exact_mut(8).zip(element.0 .0) {
        slot.copy_from_slice(&limb.to_le_bytes());
    }
}

fn read_limbs(bytes: &[u8]) -> Fq {
    let mut limbs = [0u64; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        *limb = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
    }
    Fq::new_unchecked(BigInt(limbs))
}

impl RawPoint for Affine<g1::Config> {
    const BYTES: usize = 64;

    fn write(&self, out: &mut [u8]) {
        if let Some((x, y)) = self.xy() {
            write_limbs(&x, &mut out[..32]);
            write_limbs(&y, &mut out[32..]);
        }
    }

    fn read(bytes: &[u8]) -> Self {
        if bytes.iter().all(|byte| *byte == 0) {
            return Self::identity();
        }
        Self::new_unchecked(read_limbs(&bytes[..32]), read_limbs(&bytes[32..]))
    }
}

impl RawPoint for Affine<g2::Config> {
    const BYTES: usize = 128;

    fn write(&self, out: &mut [u8]) {
        if let Some((x, y)) = self.xy() {
            for (slot, part) in out.chunks_exact_mut(32).zip([x.c0, x.c1, y.c0, y.c1]) {
                write_limbs(&part, slot);
            }
        }
    }

    fn read(bytes: &[u8]) -> Self {
        if bytes.iter().all(|byte| *byte == 0) {
            return Self::identity();
        }
        let part = |index: usize| read_limbs(&bytes[index * 32..(index + 1) * 32]);
        Self::new_unchecked(Fq2::new(part(0), part(1)), Fq2::new(part(2), part(3)))
    }
}
