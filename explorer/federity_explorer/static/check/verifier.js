// The program's own verifier, compiled for browsers. It imports nothing and sees nothing but what is written here.
import { joined, same } from "./chain.js";

const ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
export const IDENTITY = new Uint8Array(64);
const REFUSALS = ["", "a point is none of the curve", "a number is not below the group's order", "the proof does not hold", "the commitment does not open", "the key is no key"];

export class Verifier {
  static async load(url) {
    const { instance } = await WebAssembly.instantiateStreaming(fetch(url), {});
    return new Verifier(instance.exports);
  }

  constructor(wasm) { this.wasm = wasm; }

  write(at, bytes) { new Uint8Array(this.wasm.memory.buffer).set(bytes, at); }

  // Why a unit is refused; empty when it verifies.
  refusal({ key, tau, proof, point, opening, p, y, context, norm, offset, sealed }) {
    this.write(this.wasm.unit(), joined(key, tau, proof, point, opening, p, y, context));
    return REFUSALS[this.wasm.verify(norm, offset, sealed ? 1 : 0)];
  }

  // total + factor * point
  plus(total, point, factor) {
    if (same(point, IDENTITY)) return total;
    const scalar = ((factor % ORDER) + ORDER) % ORDER;
    const digits = scalar.toString(16).padStart(64, "0").match(/../g);
    const at = this.wasm.term();
    this.write(at, joined(total, point, Uint8Array.from(digits, (two) => parseInt(two, 16))));
    if (this.wasm.add()) throw new Error("a point is none of the curve");
    return new Uint8Array(this.wasm.memory.buffer).slice(at, at + 64);
  }
}
