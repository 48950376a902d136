//! Files that can be made again: written whole or not at all, and not believed without their checksum.
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::OnceLock;

use ark_bn254::{g1, g2, Fq, Fq2};
use ark_ec::short_weierstrass::Affine;
use ark_ec::AffineRepr;
use ark_ff::{BigInt, PrimeField};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::Result;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// How the names of files start that are being written. A lock says that their writer lives; what nobody holds is
/// swept by the caller.
const WRITING: &str = ".writing-";

static TOLD: OnceLock<fn(&str)> = OnceLock::new();

/// Says who hears, in a sentence, of a file that was thrown away; the first one said stays.
pub fn on_damage(tell: fn(&str)) {
    let _ = TOLD.set(tell);
}

/// Tells that a file is not what was written and will be made again.
pub fn damaged(path: &Path) {
    if let Some(tell) = TOLD.get() {
        tell(&format!("{} was damaged: it is made anew.", path.display()));
    }
}

/// The payload of `path`, which has `size` bytes, or None when the file is missing, or damaged and told to be.
pub fn read(path: &Path, size: usize) -> Option<Vec<u8>> {
    let found = fs::symlink_metadata(path).ok()?;
    let data = intact(path, size);
    if data.is_none() && (found.is_file() || found.is_dir()) {
        damaged(path);
    }
    data
}

fn intact(path: &Path, size: usize) -> Option<Vec<u8>> {
    let found = fs::metadata(path).ok()?;
    if !found.is_file() || found.len() != size as u64 + 32 {
        return None;
    }
    let mut data = Vec::with_capacity(size + 32);
    let file = fs::File::open(path).ok()?;
    file.take(size as u64 + 32).read_to_end(&mut data).ok()?;
    let payload = data.len().checked_sub(32)?;
    let sound = Sha256::digest(&data[..payload])[..] == data[payload..];
    data.truncate(payload);
    sound.then_some(data)
}

/// Writes payload and checksum under a name of this process, then renames: a reader or a second writer sees the old
/// file, the new one, or none. A folder in the file's place goes.
pub fn write(path: &Path, payload: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut name = std::ffi::OsString::from(WRITING);
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(
        ".{}.{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    let temporary = folder.join(name);
    let written = (|| {
        let mut file = fs::File::create(&temporary)?;
        let _ = file.lock(); // some file systems have none
        file.write_all(payload)?;
        file.write_all(&Sha256::digest(payload))?;
        file.sync_all()?;
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        }
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

/// The points of a file of [`points_to_raw`], `count` of them; None when it is missing or damaged.
pub fn points<P: RawPoint>(path: &Path, count: usize) -> Option<Vec<P>> {
    let bytes = read(path, count.checked_mul(P::BYTES)?)?;
    let points = points_from_raw(&bytes, count);
    if points.is_none() {
        damaged(path);
    }
    points
}

/// The `count` points of [`points_to_raw`], or None when the length differs or a coordinate is not reduced. Sums of
/// points rely on that: of two coordinates that are the same number in other limbs no difference can be inverted.
pub fn points_from_raw<P: RawPoint>(bytes: &[u8], count: usize) -> Option<Vec<P>> {
    if bytes.len() != count.checked_mul(P::BYTES)? {
        return None;
    }
    bytes.par_chunks_exact(P::BYTES).map(P::read).collect()
}

/// A point with a fixed raw width; the identity is all zeros.
pub trait RawPoint: Copy + Send + Sync {
    const BYTES: usize;
    fn write(&self, out: &mut [u8]);
    fn read(bytes: &[u8]) -> Option<Self>;
}

fn write_limbs(element: &Fq, out: &mut [u8]) {
    for (slot, limb) in out.chunks_exact_mut(8).zip(element.0 .0) {
        slot.copy_from_slice(&limb.to_le_bytes());
    }
}

fn read_limbs(bytes: &[u8]) -> Option<Fq> {
    let mut limbs = [0u64; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        *limb = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
    }
    let integer = BigInt(limbs);
    (integer < Fq::MODULUS).then(|| Fq::new_unchecked(integer))
}

impl RawPoint for Affine<g1::Config> {
    const BYTES: usize = 64;

    fn write(&self, out: &mut [u8]) {
        if let Some((x, y)) = self.xy() {
            write_limbs(&x, &mut out[..32]);
            write_limbs(&y, &mut out[32..]);
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Some(Self::identity());
        }
        let (x, y) = (read_limbs(&bytes[..32])?, read_limbs(&bytes[32..])?);
        Some(Self::new_unchecked(x, y))
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

    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Some(Self::identity());
        }
        let part = |index: usize| read_limbs(&bytes[index * 32..(index + 1) * 32]);
        let (x, y) = (Fq2::new(part(0)?, part(1)?), Fq2::new(part(2)?, part(3)?));
        Some(Self::new_unchecked(x, y))
    }
}
