//! The verifier for a browser: write a unit to `unit()`, call `verify`. No imports, no glue code.

use core::cell::UnsafeCell;

use federity_protocol::{
    constants::{PROOF_BYTES, VERIFYING_KEY_BYTES},
    Bytes32, G1, G2,
};
use federity_verifier::{check_key, host::Arkworks, verify_unit, Key, Refusal, Unit};

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

struct Shared(UnsafeCell<Input>);

// SAFETY: an instance of a module without shared memory has one thread, and `verify` ends before the page writes again.
unsafe impl Sync for Shared {}

static INPUT: Shared = Shared(UnsafeCell::new(Input {
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
