//! Poseidon over bn254 with circom's parameters (x^5, width = inputs + 1): Grassi and others, "Poseidon: A New Hash
//! Function for Zero-Knowledge Proof Systems". The same function as Solana's `sol_poseidon`.
//!
//! An S-box costs three constraints; linear layers cost none. The first element of the state starts as a constant, so
//! its first S-box costs nothing either.
use std::sync::OnceLock;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, Zero};
use light_poseidon::parameters::bn254_x5::get_poseidon_parameters;
use light_poseidon::PoseidonParameters;

use crate::error::{Error, Result};
use crate::r1cs::{relocate_lc, Lc, System, Template, Wire, ONE};

/// Most inputs of one hash.
pub const MAX_INPUTS: usize = 12;
const WIRES_PER_SBOX: usize = 3;

/// Parameters for `inputs` inputs.
///
/// # Panics
/// When `inputs` is zero or above [`MAX_INPUTS`].
pub fn parameters(inputs: usize) -> &'static PoseidonParameters<Fr> {
    static TABLE: [OnceLock<PoseidonParameters<Fr>>; MAX_INPUTS] =
        [const { OnceLock::new() }; MAX_INPUTS];
    TABLE[inputs - 1].get_or_init(|| {
        let width = u8::try_from(inputs + 1).expect("at most 13");
        get_poseidon_parameters(width).expect("parameters exist for widths 2 to 13")
    })
}

/// Wires (and constraints) of one hash of `inputs` inputs.
pub fn wires(inputs: usize) -> usize {
    let parameters = parameters(inputs);
    WIRES_PER_SBOX * (parameters.full_rounds * parameters.width + parameters.partial_rounds - 1)
}

fn is_full(parameters: &PoseidonParameters<Fr>, round: usize) -> bool {
    let half = parameters.full_rounds / 2;
    round < half || round >= half + parameters.partial_rounds
}

/// Runs the permutation; `sbox` sees the input's second, fourth and fifth power of each S-box but the constant one.
fn permute(inputs: &[Fr], mut sbox: impl FnMut([Fr; WIRES_PER_SBOX])) -> Fr {
    let parameters = parameters(inputs.len());
    let width = parameters.width;
    let mut state = [Fr::ZERO; MAX_INPUTS + 1];
    state[1..width].copy_from_slice(inputs);
    for round in 0..parameters.full_rounds + parameters.partial_rounds {
        for (element, constant) in state
            .iter_mut()
            .zip(&parameters.ark[round * width..(round + 1) * width])
        {
            *element += constant;
        }
        let boxes = if is_full(parameters, round) { width } else { 1 };
        for (index, element) in state.iter_mut().enumerate().take(boxes) {
            let second = element.square();
            let fourth = second.square();
            *element *= fourth;
            if round > 0 || index > 0 {
                sbox([second, fourth, *element]);
            }
        }
        let before = state;
        for (element, row) in state.iter_mut().zip(&parameters.mds) {
            *element = row
                .iter()
                .zip(&before)
                .map(|(factor, value)| *factor * value)
                .sum();
        }
    }
    state[0]
}

/// The hash of 1 to 12 field elements.
pub fn hash(inputs: &[Fr]) -> Result<Fr> {
    if inputs.is_empty() || inputs.len() > MAX_INPUTS {
        return Err(Error::invalid(format!(
            "Poseidon takes 1 to {MAX_INPUTS} inputs"
        )));
    }
    Ok(permute(inputs, |_| {}))
}

/// The hash, writing its wires to `out` in the order of the gadget.
pub fn assign(inputs: &[Fr], out: &mut [Fr]) -> Fr {
    let mut slots = out.chunks_exact_mut(WIRES_PER_SBOX);
    permute(inputs, |powers| {
        slots
            .next()
            .expect("room for every S-box")
            .copy_from_slice(&powers);
    })
}

/// The constraints of one hash, built once and written out for every use.
pub struct Gadget {
    inputs: usize,
    rest: Template,
    output: Lc,
}

impl Gadget {
    pub fn new(system: &mut System, inputs: usize) -> Self {
        let parameters = parameters(inputs);
        let width = parameters.width;
        let mut rest = Template::default();
        // Relative wire 1 is the gadget's first; S-box k owns wires 3k+1, 3k+2, 3k+3.
        let mut next: Wire = 1;
        let outputs = |count: &mut Wire| {
            let fifth = *count + 2;
            *count += WIRES_PER_SBOX as Wire;
            Lc::wire(fifth)
        };
        let first = parameters.ark[0];
        let mut state = vec![Lc::constant(first.square().square() * first)];
        state.extend((0..inputs).map(|_| outputs(&mut next)));
        state = mix(parameters, &state);
        for round in 1..parameters.full_rounds + parameters.partial_rounds {
            for (element, constant) in state.iter_mut().zip(&parameters.ark[round * width..]) {
                element.0.push((ONE, *constant));
            }
            let boxes = if is_full(parameters, round) { width } else { 1 };
            for element in state.iter_mut().take(boxes) {
                let input = std::mem::take(element).compact();
                let (second, fourth) = (Lc::wire(next), Lc::wire(next + 1));
                let fifth = outputs(&mut next);
                system.record(&mut rest, &input, &input, &second);
                system.record(&mut rest, &second, &second, &fourth);
                system.record(&mut rest, &fourth, &input, &fifth);
                *element = fifth;
            }
            state = mix(parameters, &state);
        }
        Self {
            inputs,
            rest,
            output: state.swap_remove(0),
        }
    }

    /// Constrains the wires from `base` on to be the hash of `inputs`, and returns its value.
    ///
    /// # Panics
    /// When the number of inputs is not the gadget's.
    pub fn enforce(&self, system: &mut System, inputs: &[Lc], base: Wire) -> Lc {
        assert_eq!(
            inputs.len(),
            self.inputs,
            "a gadget has a fixed number of inputs"
        );
        let constants = &parameters(self.inputs).ark;
        for (index, input) in inputs.iter().enumerate() {
            let input = input.clone().plus(ONE, constants[index + 1]).compact();
            let wire = base + (WIRES_PER_SBOX * index) as Wire;
            let [second, fourth, fifth] = [0, 1, 2].map(|power| Lc::wire(wire + power));
            system.enforce(&input, &input, &second);
            system.enforce(&second, &second, &fourth);
            system.enforce(&fourth, &input, &fifth);
        }
        system.instantiate(&self.rest, base);
        relocate_lc(&self.output, base)
    }
}

fn mix(parameters: &PoseidonParameters<Fr>, state: &[Lc]) -> Vec<Lc> {
    parameters
        .mds
        .iter()
        .map(|row| {
            let mut sum = Lc::default();
            for (factor, element) in row
                .iter()
                .zip(state)
                .filter(|(factor, _)| !factor.is_zero())
            {
                sum.add_scaled(element, *factor);
            }
            sum.compact()
        })
        .collect()
}
