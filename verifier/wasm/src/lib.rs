//! The verifier for a browser: write a unit to `unit()`, call `verify`; write a term of a sum to `term()`, call `add`.
//! No imports, no glue code.

use core::cell::UnsafeCell;

use federity_protocol::{
    constants::{PROOF_BYTES, VERIFYING_KEY_BYTES},
    Bytes32, G1, G2,
};
use federity_verifier::{check_key, host::Arkworks, verify_unit, Key, Machine, Refusal, Unit};

/// What a page writes, in this order and without gaps.
#[repr(C)]
pub struct Input {
    key: [u8; VERIFYING_KEY_BYTES],
    tau_g2: G2,
    proof: [u8; PROOF_BYTES],
    point: G1,
    opening: G1,
    p: Bytes32,
    y: Bytes32,
    context: Bytes32,
}

/// A sum of points and its next term, in this order and without gaps.
#[repr(C)]
pub struct Term {
    total: G1,
    point: G1,
    scalar: Bytes32,
}

struct Shared<T>(UnsafeCell<T>);

// SAFETY: an instance of a module without shared memory has one thread, and a call ends before the page writes again.
unsafe impl<T> Sync for Shared<T> {}

static TERM: Shared<Term> = Shared(UnsafeCell::new(Term {
    total: [0; 64],
    point: [0; 64],
    scalar: [0; 32],
}));

static INPUT: Shared<Input> = Shared(UnsafeCell::new(Input {
    key: [0; VERIFYING_KEY_BYTES],
    tau_g2: [0; 128],
    proof: [0; PROOF_BYTES],
    point: [0; 64],
    opening: [0; 64],
    p: [0; 32],
    y: [0; 32],
    context: [0; 32],
}));

/// Where the page writes an [`Input`].
#[no_mangle]
pub extern "C" fn unit() -> *mut Input {
    INPUT.0.get()
}

/// 0 when the unit that was written verifies; else what is wrong, in the order of [`Refusal`]: 1 a point, 2 a scalar,
/// 3 the proof, 4 the opening, 5 the key.
#[no_mangle]
pub extern "C" fn verify(norm: u64, offset: u32, sealed: u32) -> u32 {
    // SAFETY: see `Shared`.
    let input = unsafe { &*INPUT.0.get() };
    match judge(input, norm, offset, sealed != 0) {
        Ok(()) => 0,
        Err(Refusal::Point) => 1,
        Err(Refusal::Scalar) => 2,
        Err(Refusal::Proof) => 3,
        Err(Refusal::Opening) => 4,
        Err(Refusal::Key) => 5,
    }
}

/// Where the page writes a [`Term`].
#[no_mangle]
pub extern "C" fn term() -> *mut Term {
    TERM.0.get()
}

/// Adds the point that was written, times its scalar, to the total; 0, or 1 when one of them is no point.
#[no_mangle]
pub extern "C" fn add() -> u32 {
    // SAFETY: see `Shared`.
    let term = unsafe { &mut *TERM.0.get() };
    match sum(term) {
        Ok(total) => {
            term.total = total;
            0
        }
        Err(_) => 1,
    }
}

fn sum(term: &Term) -> Result<G1, Refusal> {
    let mut factor = [0; 96];
    factor[..64].copy_from_slice(&term.point);
    factor[64..].copy_from_slice(&term.scalar);
    let mut both = [0; 128];
    both[..64].copy_from_slice(&term.total);
    both[64..].copy_from_slice(&Arkworks::mul(&factor)?);
    Arkworks::add(&both)
}

fn judge(input: &Input, norm: u64, offset: u32, sealed: bool) -> Result<(), Refusal> {
    check_key::<Arkworks>(&input.key)?;
    verify_unit::<Arkworks>(
        &Key::read(&input.key)?,
        &input.tau_g2,
        &Unit {
            proof: &input.proof,
            point: &input.point,
            opening: &input.opening,
            p: &input.p,
            y: &input.y,
            norm,
            offset,
            sealed,
            context: &input.context,
        },
    )
}
