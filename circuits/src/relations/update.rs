//! The `update` relation (docs/protocol.md, section 4): what level L1 says about one unit of `n` elements.
//!
//! In words: the prover knows integers `d_1 .. d_n` and blinds `r0`, `r1` such that
//!
//! 1. every `d_i` lies in `-128 ..= 127`,
//! 2. `p = Poseidon(2, x, n, r0, r1)`, x the Poseidon chain over all `d_i + 128`, 31 to a field element,
//! 3. `S = sum d_i^2`,
//! 4. `y = rho^off * sum_j c_j rho^j + (r0 + r1 rho) rho^(2^20)`, with `c_j` four `d_i` in lanes of 62 bits, `off`
//!    below 2^20,
//! 5. `r0 = r1 = 0` unless the bit `sealed` is set,
//! 6. `h = Poseidon(4, context, p, rho, y, S, off + 2^20 sealed)`, the one public input.
//!
//! Not proved, and left to the verifier: that `rho` is the challenge for this `p` and the unit's commitment, that the
//! commitment opens at `rho` to `y` (without both, d is tied to no commitment), that `off`, `sealed` and `context` are
//! the unit's, that `S` keeps within a bound. Not proved by anyone: that d came from training.
use ark_bn254::Fr;
use ark_ff::Field;
use federity_protocol::constants::{
    CHUNK_COEFFICIENTS, DELTA_BOUND, LANES, LANE_BITS, PACK_BLOCK, PACK_DELTAS, POSEIDON_PACK,
    POSEIDON_PRIVATE, POSEIDON_UPDATE, UPDATE_WIDTH,
};
use federity_protocol::encoding::{is_unit_size, pack_blocks, packed_elements};

use crate::error::{Error, Result};
use crate::gadgets::{bits, poseidon};
use crate::r1cs::{Lc, System, Wire, INSTANCE_WIRES, ONE, PUBLIC};

/// Bits of `off`.
pub const OFFSET_BITS: u32 = CHUNK_COEFFICIENTS.trailing_zeros();
pub const WIDTH: u32 = UPDATE_WIDTH as u32;
/// Inputs of one link of the chain: its state and a block of packed elements.
pub const CHAIN_INPUTS: usize = PACK_BLOCK as usize + 1;
pub const PRIVATE_INPUTS: usize = 5;
pub const UPDATE_INPUTS: usize = 7;

/// First wire of each part of the witness, in order. Bits come first and together: a prover treats them apart.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub n: u32,
    /// `8n`: the bits of `d_i + 128`.
    pub bits: Wire,
    /// `n`: `d_i^2`.
    pub squares: Wire,
    /// `n/4 - 1`: Horner's sums from the top, the last is `sum c_j rho^j`.
    pub sums: Wire,
    /// 20 bits of `off`.
    pub offset: Wire,
    /// The bit above them in the public input.
    pub sealed: Wire,
    /// 20: `rho^2, rho^4 .. rho^(2^20)`.
    pub powers: Wire,
    /// 20: bit i of `off` times `rho^(2^i) - 1`.
    pub selected: Wire,
    /// 19: the running product, the last is `rho^off`.
    pub products: Wire,
    /// `rho^off` times the last sum.
    pub placed: Wire,
    /// `r1 rho`, then the whole blinding term.
    pub blinding: Wire,
    pub norm: Wire,
    pub context: Wire,
    pub rho: Wire,
    pub r0: Wire,
    pub r1: Wire,
    /// `ceil(n/31)`: 31 values `d_i + 128` in a field element.
    pub packed: Wire,
    /// One gadget for each block.
    pub chain: Wire,
    pub private: Wire,
    pub public: Wire,
    pub end: Wire,
}

impl Layout {
    pub fn new(n: u32) -> Result<Self> {
        if !is_unit_size(n) || n < 2 * LANES {
            return Err(Error::invalid(format!(
                "{n} is no unit size: a power of two from 8 to 2^22"
            )));
        }
        let mut next = INSTANCE_WIRES as Wire;
        let mut take = |count: u32| {
            let first = next;
            next += count;
            first
        };
        let hash = |inputs| poseidon::wires(inputs) as u32;
        Ok(Self {
            n,
            bits: take(n * WIDTH),
            squares: take(n),
            sums: take(n / LANES - 1),
            offset: take(OFFSET_BITS),
            sealed: take(1),
            powers: take(OFFSET_BITS),
            selected: take(OFFSET_BITS),
            products: take(OFFSET_BITS - 1),
            placed: take(1),
            blinding: take(2),
            norm: take(1),
            context: take(1),
            rho: take(1),
            r0: take(1),
            r1: take(1),
            packed: take(packed_elements(n)),
            chain: take(pack_blocks(n) * hash(CHAIN_INPUTS)),
            private: take(hash(PRIVATE_INPUTS)),
            public: take(hash(UPDATE_INPUTS)),
            end: take(0),
        })
    }

    /// Wire of bit `bit` of element `index`.
    fn bit(&self, index: u32, bit: u32) -> Wire {
        self.bits + index * WIDTH + bit
    }

    /// Adds `factor * (d_i + 128)`.
    fn add_unsigned(&self, lc: &mut Lc, index: u32, factor: Fr) {
        bits::add_integer(lc, self.bit(index, 0), WIDTH, factor);
    }

    /// Adds `factor * d_i`.
    fn add_signed(&self, lc: &mut Lc, index: u32, factor: Fr) {
        self.add_unsigned(lc, index, factor);
        lc.0.push((ONE, -factor * Fr::from(DELTA_BOUND)));
    }
}

/// The constraints for units of `n` elements.
pub fn system(n: u32) -> Result<System> {
    let layout = Layout::new(n)?;
    let mut system = System::with_wires(layout.end as usize);
    range(&mut system, &layout);
    norm(&mut system, &layout);
    let y = evaluation(&mut system, &layout);
    let chain = chain(&mut system, &layout);
    hashes(&mut system, &layout, chain, y);
    Ok(system)
}

fn range(system: &mut System, layout: &Layout) {
    system.group("range");
    for wire in 0..layout.n * WIDTH {
        bits::enforce_boolean(system, layout.bits + wire);
    }
}

fn norm(system: &mut System, layout: &Layout) {
    system.group("norm");
    let mut sum = Lc::default();
    for index in 0..layout.n {
        let mut element = Lc::default();
        layout.add_signed(&mut element, index, Fr::ONE);
        let square = layout.squares + index;
        system.enforce(&element, &element, &Lc::wire(square));
        sum.0.push((square, Fr::ONE));
    }
    system.enforce(&Lc::wire(layout.norm), &Lc::wire(ONE), &sum);
}

/// Everything about `y`; returns it.
fn evaluation(system: &mut System, layout: &Layout) -> Lc {
    let rho = Lc::wire(layout.rho);
    let coefficient = |index: u32, sign: Fr| {
        let mut lc = Lc::default();
        let mut lane = sign;
        for element in index * LANES..(index + 1) * LANES {
            layout.add_signed(&mut lc, element, lane);
            lane *= Fr::from(1u64 << LANE_BITS);
        }
        lc.compact()
    };

    system.group("evaluation");
    let top = layout.n / LANES - 1;
    let mut sum = coefficient(top, Fr::ONE);
    for step in 0..top {
        // sum * rho = sum' - c
        let wire = layout.sums + step;
        system.enforce(
            &sum,
            &rho,
            &coefficient(top - 1 - step, -Fr::ONE).plus(wire, Fr::ONE),
        );
        sum = Lc::wire(wire);
    }

    system.group("offset bits");
    for bit in 0..OFFSET_BITS {
        bits::enforce_boolean(system, layout.offset + bit);
    }
    system.group("powers");
    let mut power = rho.clone();
    let mut powers = Vec::new();
    for bit in 0..OFFSET_BITS {
        let square = Lc::wire(layout.powers + bit);
        system.enforce(&power, &power, &square);
        powers.push(std::mem::replace(&mut power, square));
    }
    system.group("offset power");
    let mut product = Lc::default();
    for (bit, power) in (0..).zip(powers) {
        let selected = layout.selected + bit;
        system.enforce(
            &power.plus(ONE, -Fr::ONE),
            &Lc::wire(layout.offset + bit),
            &Lc::wire(selected),
        );
        let factor = Lc::constant(Fr::ONE).plus(selected, Fr::ONE);
        if bit == 0 {
            product = factor;
        } else {
            let next = Lc::wire(layout.products + bit - 1);
            system.enforce(&product, &factor, &next);
            product = next;
        }
    }
    system.enforce(&product, &sum, &Lc::wire(layout.placed));

    system.group("blinding");
    bits::enforce_boolean(system, layout.sealed);
    let open = Lc::constant(Fr::ONE).plus(layout.sealed, -Fr::ONE);
    for blind in [layout.r0, layout.r1] {
        system.enforce(&open, &Lc::wire(blind), &Lc::default());
    }
    let (inner, term) = (layout.blinding, layout.blinding + 1);
    system.enforce(&Lc::wire(layout.r1), &rho, &Lc::wire(inner));
    // After the loop `power` is rho^(2^20).
    system.enforce(
        &Lc::wire(layout.r0).plus(inner, Fr::ONE),
        &power,
        &Lc::wire(term),
    );
    Lc::wire(layout.placed).plus(term, Fr::ONE)
}

/// The chain over all packed elements; returns its last state.
fn chain(system: &mut System, layout: &Layout) -> Lc {
    system.group("packing");
    let count = packed_elements(layout.n);
    for element in 0..count {
        let mut lc = Lc::default();
        let mut place = Fr::ONE;
        for index in element * PACK_DELTAS..(element + 1) * PACK_DELTAS {
            if index < layout.n {
                layout.add_unsigned(&mut lc, index, place);
            } else {
                lc.0.push((ONE, place * Fr::from(DELTA_BOUND)));
            }
            place *= Fr::from(1u64 << WIDTH);
        }
        system.enforce(
            &Lc::wire(layout.packed + element),
            &Lc::wire(ONE),
            &lc.compact(),
        );
    }

    system.group("chain");
    let gadget = poseidon::Gadget::new(system, CHAIN_INPUTS);
    let mut state = Lc::constant(Fr::from(POSEIDON_PACK));
    for block in 0..pack_blocks(layout.n) {
        let first = block * PACK_BLOCK;
        let mut inputs = vec![state];
        inputs.extend((first..first + PACK_BLOCK).map(|element| {
            if element < count {
                Lc::wire(layout.packed + element)
            } else {
                Lc::default()
            }
        }));
        let base = layout.chain + block * poseidon::wires(CHAIN_INPUTS) as Wire;
        state = gadget.enforce(system, &inputs, base);
    }
    state
}

fn hashes(system: &mut System, layout: &Layout, chain: Lc, y: Lc) {
    system.group("private hash");
    let tag = |tag: u8| Lc::constant(Fr::from(tag));
    let gadget = poseidon::Gadget::new(system, PRIVATE_INPUTS);
    let inputs = [
        tag(POSEIDON_PRIVATE),
        chain,
        Lc::constant(Fr::from(layout.n)),
        Lc::wire(layout.r0),
        Lc::wire(layout.r1),
    ];
    let p = gadget.enforce(system, &inputs, layout.private);

    system.group("public hash");
    let gadget = poseidon::Gadget::new(system, UPDATE_INPUTS);
    // The sealed bit lies right above those of the offset.
    let mut place = Lc::default();
    bits::add_integer(&mut place, layout.offset, OFFSET_BITS + 1, Fr::ONE);
    let inputs = [
        tag(POSEIDON_UPDATE),
        Lc::wire(layout.context),
        p,
        Lc::wire(layout.rho),
        y,
        Lc::wire(layout.norm),
        place,
    ];
    let h = gadget.enforce(system, &inputs, layout.public);
    system.enforce(&h, &Lc::wire(ONE), &Lc::wire(PUBLIC));
}
