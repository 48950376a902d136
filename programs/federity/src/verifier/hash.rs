//! sha256 and Poseidon: syscalls on chain, libraries on a host.

use federity_protocol::Bytes32;

use super::Refusal;

/// sha256 over the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> Bytes32 {
    backend::sha256(parts)
}

/// Poseidon with circom's parameters over 1 to 12 canonical field elements, big-endian.
pub fn poseidon<const N: usize>(inputs: &[Bytes32; N]) -> Result<Bytes32, Refusal> {
    backend::poseidon(inputs)
}

#[cfg(target_os = "solana")]
mod backend {
    use anchor_lang::pinocchio::syscalls::{sol_poseidon, sol_sha256};
    use federity_protocol::Bytes32;

    use super::Refusal;

    pub fn sha256(parts: &[&[u8]]) -> Bytes32 {
        let mut out = [0; 32];
        // SAFETY: the syscall reads `parts` as an array of slices and writes 32 bytes.
        unsafe { sol_sha256(parts.as_ptr().cast(), parts.len() as u64, out.as_mut_ptr()) };
        out
    }

    pub fn poseidon<const N: usize>(inputs: &[Bytes32; N]) -> Result<Bytes32, Refusal> {
        /// Parameters for bn254, x^5.
        const BN254_X5: u64 = 0;
        const BIG_ENDIAN: u64 = 0;
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

#[cfg(not(target_os = "solana"))]
mod backend {
    use federity_protocol::Bytes32;
    use light_poseidon::{Poseidon, PoseidonBytesHasher};
    use sha2::{Digest, Sha256};

    use super::Refusal;

    pub fn sha256(parts: &[&[u8]]) -> Bytes32 {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize().into()
    }

    pub fn poseidon<const N: usize>(inputs: &[Bytes32; N]) -> Result<Bytes32, Refusal> {
        let values: Vec<&[u8]> = inputs.iter().map(|input| input.as_slice()).collect();
        Poseidon::<ark_bn254::Fr>::new_circom(N)
            .and_then(|mut hasher| hasher.hash_bytes_be(&values))
            .map_err(|_| Refusal::Scalar)
    }
}
