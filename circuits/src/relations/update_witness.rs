//! Native witness of the `update` relation: every wire computed directly, in the order of [`Layout`].
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use federity_protocol::circuits::{challenge_inputs, private_inputs, UpdateItems};
use federity_protocol::constants::{DELTA_BOUND, LANES, PACK_BLOCK, PACK_DELTAS, POSEIDON_PACK};
use federity_protocol::encoding::{pack_blocks, packed_elements};

use super::update::{Layout, CHAIN_INPUTS, OFFSET_BITS, PRIVATE_INPUTS, UPDATE_INPUTS, WIDTH};
use crate::error::{Error, Result};
use crate::gadgets::{bits, poseidon};
use crate::kzg;
use crate::points::{fr_bytes, fr_from_bytes};
use crate::r1cs::{Wire, ONE, PUBLIC};

/// The private part of a unit, fixed before its challenge, with the wires that it already determines.
pub struct Private {
    layout: Layout,
    elements: Vec<i8>,
    blinds: [Fr; 2],
    wires: Vec<Fr>,
    p: Fr,
}

/// The public items of a proved unit and all its wires.
pub struct Witness {
    pub wires: Vec<Fr>,
    pub p: Fr,
    pub y: Fr,
    pub norm: u64,
    pub h: Fr,
}

fn hash_bytes(inputs: &[[u8; 32]]) -> Result<Fr> {
    let elements = inputs
        .iter()
        .map(|input| fr_from_bytes(input))
        .collect::<Result<Vec<_>>>()?;
    poseidon::hash(&elements)
}

fn elements<const N: usize>(inputs: &[[u8; 32]; N]) -> Result<[Fr; N]> {
    let mut out = [Fr::ZERO; N];
    for (slot, input) in out.iter_mut().zip(inputs) {
        *slot = fr_from_bytes(input)?;
    }
    Ok(out)
}

/// `rho`, fixed by `p`, the unit's point and the context.
pub fn challenge(p: Fr, point: &[u8; 64], context: &[u8; 32]) -> Result<Fr> {
    hash_bytes(&challenge_inputs(&fr_bytes(&p), point, context))
}

/// `h` from the public items.
pub fn public_input(items: &UpdateItems<'_>) -> Result<Fr> {
    hash_bytes(&items.inputs())
}

impl Private {
    /// `elements` are at most n; missing ones count as zero.
    pub fn new(n: u32, elements: &[i8], blinds: [Fr; 2]) -> Result<Self> {
        let layout = Layout::new(n)?;
        if elements.len() > n as usize {
            return Err(Error::invalid(format!(
                "{} elements in a unit of {n}",
                elements.len()
            )));
        }
        let mut elements = elements.to_vec();
        elements.resize(n as usize, 0);
        let mut wires = vec![Fr::ZERO; layout.end as usize];
        wires[ONE as usize] = Fr::ONE;
        let mut private = Self {
            layout,
            elements,
            blinds,
            wires,
            p: Fr::ZERO,
        };
        private.p = private.pack()?;
        Ok(private)
    }

    /// The hash that binds elements and blinds.
    pub fn p(&self) -> Fr {
        self.p
    }

    /// `d + 128`, in 0..=255.
    fn unsigned(element: i8) -> u8 {
        element.cast_unsigned() ^ DELTA_BOUND as u8
    }

    fn put(&mut self, first: Wire, values: impl Iterator<Item = Fr>) {
        for (slot, value) in self.wires[first as usize..].iter_mut().zip(values) {
            *slot = value;
        }
    }

    /// Range, packing, chain and private hash; returns `p`.
    fn pack(&mut self) -> Result<Fr> {
        let layout = self.layout;
        let unsigned: Vec<u8> = self
            .elements
            .iter()
            .map(|element| Self::unsigned(*element))
            .collect();
        self.put(
            layout.bits,
            unsigned
                .iter()
                .flat_map(|value| bits::assign(u32::from(*value), WIDTH)),
        );

        let mut packed: Vec<Fr> = unsigned
            .chunks(PACK_DELTAS as usize)
            .map(|chunk| {
                let mut bytes = [DELTA_BOUND as u8; PACK_DELTAS as usize + 1];
                bytes[PACK_DELTAS as usize] = 0;
                bytes[..chunk.len()].copy_from_slice(chunk);
                bytes.reverse();
                fr_from_bytes(&bytes)
            })
            .collect::<Result<_>>()?;
        debug_assert_eq!(packed.len(), packed_elements(layout.n) as usize);
        self.put(layout.packed, packed.iter().copied());
        packed.resize((pack_blocks(layout.n) * PACK_BLOCK) as usize, Fr::ZERO);

        let mut state = Fr::from(POSEIDON_PACK);
        let gadget = poseidon::wires(CHAIN_INPUTS);
        let chain = &mut self.wires[layout.chain as usize..layout.private as usize];
        for (block, out) in packed
            .chunks_exact(PACK_BLOCK as usize)
            .zip(chain.chunks_exact_mut(gadget))
        {
            let mut inputs = [state; CHAIN_INPUTS];
            inputs[1..].copy_from_slice(block);
            state = poseidon::assign(&inputs, out);
        }
        let [r0, r1] = self.blinds.map(|blind| fr_bytes(&blind));
        let inputs: [Fr; PRIVATE_INPUTS] =
            elements(&private_inputs(&fr_bytes(&state), layout.n, [&r0, &r1]))?;
        Ok(poseidon::assign(
            &inputs,
            &mut self.wires[layout.private as usize..layout.public as usize],
        ))
    }

    /// The unit's coefficients, lanes packed.
    pub fn coefficients(&self) -> Vec<Fr> {
        self.elements
            .chunks_exact(LANES as usize)
            .map(|lanes| {
                kzg::pack(&std::array::from_fn::<i64, { LANES as usize }, _>(|lane| {
                    i64::from(lanes[lane])
                }))
            })
            .collect()
    }

    /// All wires, once the challenge is known. Blinds other than zero make a true witness only when `sealed`.
    pub fn complete(
        mut self,
        offset: u32,
        sealed: bool,
        context: &[u8; 32],
        rho: Fr,
    ) -> Result<Witness> {
        if offset >> OFFSET_BITS != 0 {
            return Err(Error::invalid(format!(
                "offset {offset} lies outside the chunk"
            )));
        }
        let layout = self.layout;
        let context_element = fr_from_bytes(context)?;

        let squares: Vec<u32> = self
            .elements
            .iter()
            .map(|value| u32::from(value.unsigned_abs()).pow(2))
            .collect();
        let norm: u64 = squares.iter().map(|square| u64::from(*square)).sum();
        self.put(layout.squares, squares.into_iter().map(Fr::from));
        self.put(layout.norm, [Fr::from(norm)].into_iter());

        let mut coefficients = self.coefficients().into_iter().rev();
        let mut sum = coefficients.next().unwrap_or_default();
        let sums: Vec<Fr> = coefficients
            .map(|coefficient| {
                sum = sum * rho + coefficient;
                sum
            })
            .collect();
        self.put(layout.sums, sums.into_iter());

        self.put(layout.offset, bits::assign(offset, OFFSET_BITS));
        self.wires[layout.sealed as usize] = Fr::from(sealed);
        let mut power = rho;
        let mut product = Fr::ONE;
        for bit in 0..OFFSET_BITS {
            let selected = if offset >> bit & 1 == 1 {
                power - Fr::ONE
            } else {
                Fr::ZERO
            };
            power.square_in_place();
            product *= Fr::ONE + selected;
            self.wires[(layout.powers + bit) as usize] = power;
            self.wires[(layout.selected + bit) as usize] = selected;
            if bit > 0 {
                self.wires[(layout.products + bit - 1) as usize] = product;
            }
        }
        let placed = product * sum;
        let inner = self.blinds[1] * rho;
        let term = (self.blinds[0] + inner) * power;
        let y = placed + term;
        self.put(layout.placed, [placed].into_iter());
        self.put(layout.blinding, [inner, term].into_iter());
        let [r0, r1] = self.blinds;
        for (wire, value) in [
            (layout.context, context_element),
            (layout.rho, rho),
            (layout.r0, r0),
            (layout.r1, r1),
        ] {
            self.wires[wire as usize] = value;
        }

        let [p, rho_bytes, y_bytes] = [self.p, rho, y].map(|element| fr_bytes(&element));
        let items = UpdateItems {
            context,
            p: &p,
            rho: &rho_bytes,
            y: &y_bytes,
            norm,
            offset,
            sealed,
        };
        let inputs: [Fr; UPDATE_INPUTS] = elements(&items.inputs())?;
        let h = poseidon::assign(
            &inputs,
            &mut self.wires[layout.public as usize..layout.end as usize],
        );
        self.wires[PUBLIC as usize] = h;
        Ok(Witness {
            wires: self.wires,
            p: self.p,
            y,
            norm,
            h,
        })
    }
}
