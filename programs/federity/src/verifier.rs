//! The verifier as the program runs it: on the chain's syscalls, or on a host's libraries where the program's tests
//! run. What is verified, and how, is in the crate `federity-verifier`.

use federity_protocol::{constants::VERIFYING_KEY_BYTES, Bytes32, G1, G2};
use federity_verifier::curve;

pub use federity_verifier::{curve::IDENTITY, Key, Refusal, Unit};

#[cfg(not(target_os = "solana"))]
use federity_verifier::host::Arkworks as Here;
#[cfg(target_os = "solana")]
use syscalls::Syscalls as Here;

/// `a + b`.
pub fn add(a: &G1, b: &G1) -> Result<G1, Refusal> {
    curve::add::<Here>(a, b)
}

/// `scalar * point`, the scalar big-endian.
pub fn mul(point: &G1, scalar: &Bytes32) -> Result<G1, Refusal> {
    curve::mul::<Here>(point, scalar)
}

/// Whether 64 bytes are the one spelling of a point of G1 (the identity included).
pub fn is_point(point: &G1) -> bool {
    curve::is_point::<Here>(point)
}

/// Whether 128 bytes are the one spelling of a point of the prime-order subgroup of G2 (the identity included).
pub fn is_point_g2(point: &G2) -> bool {
    curve::is_point_g2::<Here>(point)
}

/// sha256 over the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> Bytes32 {
    <Here as federity_verifier::Machine>::sha256(parts)
}

/// Refuses a key with which something false could be shown, or nothing at all.
pub fn check_key(bytes: &[u8; VERIFYING_KEY_BYTES]) -> Result<(), Refusal> {
    federity_verifier::check_key::<Here>(bytes)
}

/// Refuses a key that is forgeable beside a reference string of this [tau]G2.
pub fn check_key_beside(bytes: &[u8; VERIFYING_KEY_BYTES], tau_g2: &G2) -> Result<(), Refusal> {
    federity_verifier::check_key_beside(bytes, tau_g2)
}

/// Verifies one unit: range, norm and evaluation by Groth16, and that its point opens to that evaluation.
pub fn verify_unit(key: &Key, tau_g2: &G2, unit: &Unit) -> Result<(), Refusal> {
    federity_verifier::verify_unit::<Here>(key, tau_g2, unit)
}

#[cfg(target_os = "solana")]
mod syscalls {
    use anchor_lang::pinocchio::syscalls::{sol_alt_bn128_group_op, sol_poseidon, sol_sha256};
    use federity_protocol::{Bytes32, G1};
    use federity_verifier::{Machine, Refusal};

    const ADD: u64 = 0;
    const MUL: u64 = 2;
    const PAIRING: u64 = 3;
    /// Poseidon's parameters for bn254, x^5.
    const BN254_X5: u64 = 0;
    const BIG_ENDIAN: u64 = 0;

    pub struct Syscalls;

    fn group<const N: usize>(operation: u64, input: &[u8]) -> Result<[u8; N], Refusal> {
        let mut result = [0; N];
        // SAFETY: the syscall reads `input.len()` bytes and writes 64 (group operations) or 32 (pairing), which N is.
        let code = unsafe {
            sol_alt_bn128_group_op(
                operation,
                input.as_ptr(),
                input.len() as u64,
                result.as_mut_ptr(),
            )
        };
        if code == 0 {
            Ok(result)
        } else {
            Err(Refusal::Point)
        }
    }

    impl Machine for Syscalls {
        fn add(points: &[u8; 128]) -> Result<G1, Refusal> {
            group(ADD, points)
        }

        fn mul(point_and_scalar: &[u8; 96]) -> Result<G1, Refusal> {
            group(MUL, point_and_scalar)
        }

        fn pairing(pairs: &[u8]) -> Result<bool, Refusal> {
            group::<32>(PAIRING, pairs).map(|result| result[31] == 1)
        }

        fn sha256(parts: &[&[u8]]) -> Bytes32 {
            let mut out = [0; 32];
            // SAFETY: the syscall reads `parts` as an array of slices and writes 32 bytes.
            unsafe { sol_sha256(parts.as_ptr().cast(), parts.len() as u64, out.as_mut_ptr()) };
            out
        }

        fn poseidon<const N: usize>(inputs: &[Bytes32; N]) -> Result<Bytes32, Refusal> {
            let values: [&[u8]; N] = core::array::from_fn(|index| inputs[index].as_slice());
            let mut out = [0; 32];
            // SAFETY: the syscall reads an array of N slices and writes 32 bytes.
            let code = unsafe {
                sol_poseidon(
                    BN254_X5,
                    BIG_ENDIAN,
                    values.as_ptr().cast(),
                    N as u64,
                    out.as_mut_ptr(),
                )
            };
            if code == 0 {
                Ok(out)
            } else {
                Err(Refusal::Scalar)
            }
        }
    }
}
