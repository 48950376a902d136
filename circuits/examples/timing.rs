//! Seconds of a key and of proofs (shares of a proof: processor seconds) for one unit size: `cargo run --release --example timing -- N [UNITS]`.
use std::time::Instant;

use federity_circuits::points::g2_bytes;
use federity_circuits::prove::{prove_update, verify_update, Unit};
use federity_circuits::setup::development::proving_key;
use federity_circuits::srs::Srs;
use federity_circuits::UNWATCHED;

/// Processor seconds of this process so far, in steps of 10 ms.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .split(' ')
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    fields.iter().sum::<f64>() / 100.0
}

fn main() -> federity_circuits::Result<()> {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse::<u32>().ok());
    let n = arguments.next().unwrap_or(1 << 10);
    let units = arguments.next().unwrap_or(1);
    let folder = std::env::temp_dir().join("federity-timing");
    let start = Instant::now();
    let key = proving_key(b"timing", n, &folder, UNWATCHED)?;
    println!("key of {n}: {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let srs = Srs::development(b"timing", (n / 4 * units) as usize, &folder)?;
    println!("srs: {:.2} s", start.elapsed().as_secs_f64());
    let elements: Vec<i8> = (0..n)
        .map(|i| (i.wrapping_mul(2654435761) >> 24) as u8 as i8 / 8)
        .collect();
    for index in 0..units {
        let unit = Unit {
            elements: &elements,
            offset: index * n / 4,
            context: [0; 32],
            blinds: None,
        };
        let (start, before) = (Instant::now(), processor_seconds());
        let proof = prove_update(&key, &srs, &unit, &|share| {
            println!("  {share:.2}: {:.3} s", processor_seconds() - before);
            Ok(())
        })?;
        let processor = processor_seconds() - before;
        println!(
            "unit {index}: {:.2} s, {processor:.2} processor seconds",
            start.elapsed().as_secs_f64()
        );
        let valid = verify_update(
            &key.vk.to_bytes(),
            &g2_bytes(&srs.tau_g2()),
            &proof,
            unit.offset,
            false,
            &[0; 32],
        )?;
        assert!(valid, "the proof does not verify");
    }
    Ok(())
}
