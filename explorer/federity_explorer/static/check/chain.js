// Reads the chain through one RPC node, which need not be trusted for more than the accounts it tells.
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export function base58(bytes) {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  let text = "";
  for (; value > 0n; value /= 58n) text = ALPHABET[Number(value % 58n)] + text;
  for (const byte of bytes) { if (byte) break; text = "1" + text; }
  return text;
}

export function unbase58(text) {
  let value = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw new Error("not base58");
    value = value * 58n + BigInt(digit);
  }
  const bytes = [];
  for (; value > 0n; value >>= 8n) bytes.unshift(Number(value & 255n));
  for (const letter of text) { if (letter !== "1") break; bytes.unshift(0); }
  return Uint8Array.from(bytes);
}

export const unbase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
export const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

export function little(bytes) {
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}

export function u32(value) {
  return Uint8Array.from([value, value >>> 8, value >>> 16, value >>> 24]);
}

// An account whose fields are read at the offsets that the program's interface gives.
export class Account {
  constructor(address, bytes, offsets) { Object.assign(this, { address, bytes, offsets }); }
  bytesOf(name, size) { const at = this.offsets[name]; return this.bytes.slice(at, at + size); }
  key(name) { return base58(this.bytesOf(name, 32)); }
  number(name, size) { return little(this.bytesOf(name, size)); }
  small(name, size = 1) { return Number(this.number(name, size)); }
}

export class Chain {
  constructor(url, layout) { this.url = url; this.layout = layout; this.calls = 0; }

  async ask(method, params) {
    this.calls += 1;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: this.calls, method, params }),
      });
      if (answer.status === 429 && attempt < 5) {
        await new Promise((go) => setTimeout(go, 500 * 2 ** attempt));
        continue;
      }
      const said = await answer.json();
      if (said.error) throw new Error(`the node says: ${String(said.error.message).slice(0, 200)}`);
      return said.result;
    }
  }

  read(kind, address, value) {
    const { discriminator, offsets } = this.layout.accounts[kind];
    if (!value || value.owner !== this.layout.program) return null;
    const bytes = unbase64(value.data[0]);
    return base58(bytes.slice(0, 8)) === discriminator ? new Account(address, bytes, offsets) : null;
  }

  async account(kind, address) {
    const found = await this.ask("getAccountInfo", [address, { encoding: "base64" }]);
    const read = this.read(kind, address, found.value);
    if (!read) throw new Error(`the node has no ${kind} at ${address}`);
    return read;
  }

  async find(kind, field, address) {
    const { discriminator, offsets } = this.layout.accounts[kind];
    const filters = [
      { memcmp: { offset: 0, bytes: discriminator } },
      { memcmp: { offset: offsets[field], bytes: address } },
    ];
    const found = await this.ask("getProgramAccounts", [this.layout.program, { encoding: "base64", filters }]);
    return found.map((one) => this.read(kind, one.pubkey, one.account)).filter(Boolean);
  }

  // The points of a commit, one a chunk.
  async points(commit) {
    const count = commit.small("chunks", 4);
    const points = [commit.bytesOf("chunk", 64)];
    if (count > 1) {
      for (const one of await this.find("Points", "commit", commit.address)) {
        points[one.small("index", 4)] = one.bytesOf("chunk", 64);
      }
    }
    if (points.length !== count || points.includes(undefined)) throw new Error("a chunk has no account");
    return points;
  }

  // The arguments of every instruction of one kind that went to a commit and succeeded.
  async sent(kind, address) {
    const { discriminator, commit: place } = this.layout.instructions[kind];
    const found = [];
    let before;
    for (;;) {
      const page = await this.ask("getSignaturesForAddress", [address, { limit: 1000, ...(before && { before }) }]);
      for (const one of page.filter((item) => item.err === null)) {
        const told = await this.ask("getTransaction", [
          one.signature,
          { encoding: "base64", maxSupportedTransactionVersion: 0 },
        ]);
        if (!told) throw new Error("the node lists a transaction that it does not have");
        for (const call of calls(told)) {
          if (call.program !== this.layout.program || call.accounts[place] !== address) continue;
          if (base58(call.data.slice(0, 8)) === discriminator) found.push(call.data.slice(8));
        }
      }
      if (page.length < 1000) return found;
      before = page.at(-1).signature;
    }
  }
}

// All instructions of a transaction, those that programs sent too.
function calls(told) {
  const bytes = unbase64(told.transaction[0]);
  let at = 0;
  const short = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (size) => bytes.slice(at, (at += size));
  const signatures = short();
  at += 64 * signatures;
  if (bytes[at] & 128) at += 1;
  at += 3;
  const keys = Array.from({ length: short() }, () => base58(take(32)));
  at += 32;
  const loaded = told.meta.loadedAddresses;
  if (loaded) keys.push(...loaded.writable, ...loaded.readonly);
  const found = [];
  for (let left = short(); left > 0; left -= 1) {
    const program = keys[bytes[at++]];
    const accounts = Array.from(take(short()), (index) => keys[index]);
    found.push({ program, accounts, data: take(short()) });
  }
  for (const group of told.meta.innerInstructions ?? []) {
    for (const call of group.instructions) {
      if (call.programIdIndex === undefined) continue;
      found.push({
        program: keys[call.programIdIndex],
        accounts: call.accounts.map((index) => keys[index]),
        data: unbase58(call.data),
      });
    }
  }
  return found;
}
