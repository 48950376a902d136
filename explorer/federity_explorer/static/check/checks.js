// What is checked of a commit, line by line. A line is who verified it ("page", "chain", "nobody", "failed") and what.
import { base58, joined, little, same, u32, unbase58 } from "./chain.js";
import { IDENTITY } from "./verifier.js";

const UPDATES = [2, 4];
const text = (words) => new TextEncoder().encode(words);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export async function checkCommit(chain, verifier, address, tell) {
  const commit = await chain.account("Commit", address);
  const repository = await chain.account("Repository", commit.key("repository"));
  const genesis = unbase58(await chain.ask("getGenesisHash", []));
  judged(tell, same(genesis, repository.bytesOf("cluster", 32)), "chain", "the repository is of the node's chain");
  if (repository.small("flags", 4) & 1) {
    tell("nobody", "secrets", "that nobody knows the secrets of keys and reference string: the repository is insecure");
  }
  const kind = commit.small("kind");
  if (UPDATES.includes(kind)) await checkUpdate(chain, verifier, commit, repository, tell);
  else if (kind === 3) await checkMerge(chain, verifier, commit, tell);
  else if (kind === 5) await checkOperation(chain, verifier, commit, tell);
  else tell("nobody", "base", "where the base's weights come from: its creator says");
}

function judged(tell, good, name, words) {
  tell(good ? "page" : "failed", name, good ? words : `not so: ${words}`);
}

async function checkUpdate(chain, verifier, commit, repository, tell) {
  if (commit.small("level") < 1) {
    tell("nobody", "proofs", "range and norm: the commit has no proofs, and reviewers have to look");
    return;
  }
  tell("chain", "proofs", `${commit.small("parts", 4)} proofs, when each came: the commit's account says level 1`);
  const account = await chain.account("VerifyingKey", commit.key("key"));
  const key = account.bytesOf("bytes_", 576);
  judged(tell, await isKey(chain, account, key), "key", "the key's address is the hash of its bytes");
  const { chunkElements, lanes } = chain.layout;
  const size = BigInt(commit.small("unit_size", 4));
  const points = Array.from({ length: commit.small("chunks", 4) }, () => IDENTITY);
  const units = new Map();
  for (const data of await chain.sent("CommitProve", commit.address)) units.set(little(data.slice(0, 4)), data);
  let held = 0;
  let norm = 0n;
  for (const [unit, data] of units) {
    let at = 4;
    const take = (count) => data.slice(at, (at += count));
    const sent = { proof: take(256), point: take(64), opening: take(64), p: take(32), y: take(32) };
    const own = little(take(8));
    const refusal = verifier.refusal({
      ...sent,
      key,
      tau: repository.bytesOf("tau_g2", 128),
      context: await contextOf(chain, commit, repository, Number(unit)),
      norm: own,
      offset: Number(((unit * size) % BigInt(chunkElements)) / BigInt(lanes)),
      sealed: (commit.small("flags") & 1) === 1,
    });
    if (refusal) {
      tell("failed", `unit ${unit}`, refusal);
      continue;
    }
    const chunk = Number((unit * size) / BigInt(chunkElements));
    points[chunk] = verifier.plus(points[chunk], sent.point, 1n);
    norm += own;
    held += 1;
  }
  judged(tell, held === commit.small("parts", 4), "proofs and openings", `${held} of ${commit.small("parts", 4)} units, from the transactions that brought them`);
  const whole = await chain.points(commit);
  judged(tell, whole.every((point, chunk) => same(point, points[chunk])), "commitment", "the units' points add up to the commit's");
  const shift = BigInt(8 - commit.small("shift"));
  judged(tell, norm << (2n * shift) === commit.number("norm", 8), "norm", "the units' norms add up to the commit's");
  tell("nobody", "blob", "that the bytes behind the blob's hash are this vector: `federity verify` opens them");
}

const isKey = async (chain, account, key) => isAt(chain, account, [text(chain.layout.keySeed), await sha256(key)]);

// Whether an account's address is the one that the program makes of these seeds.
async function isAt(chain, account, seeds) {
  const tail = text("ProgramDerivedAddress");
  const made = await sha256(joined(...seeds, account.bytesOf("bump", 1), unbase58(chain.layout.program), tail));
  return same(made, unbase58(account.address));
}

async function contextOf(chain, commit, repository, unit) {
  const domain = new Uint8Array(32);
  domain.set(text(chain.layout.domain));
  const hash = await sha256(joined(
    domain, unbase58(chain.layout.program), repository.bytesOf("cluster", 32), commit.bytesOf("lineage", 32),
    commit.bytesOf("repository", 32), commit.bytesOf("branch", 32), commit.bytesOf("round", 32),
    commit.bytesOf("parent", 32), commit.bytesOf("author", 32), unbase58(commit.address),
    commit.bytesOf("blob_hash", 32), commit.bytesOf("shift", 1), u32(unit), commit.bytesOf("key", 32),
  ));
  hash[0] = 0;
  return hash;
}

async function checkMerge(chain, verifier, commit, tell) {
  tell("chain", "sum", "that the head is its parent plus the weighted commits: the program computed it");
  const round = await chain.account("Round", commit.key("round"));
  const parts = await chain.find("Commit", "held_by", round.address);
  parts.sort((one, other) => one.small("index", 4) - other.small("index", 4));
  let state = new Uint8Array(32);
  for (const [index, part] of parts.entries()) {
    state = await sha256(joined(state, unbase58(part.address), u32(index), part.bytesOf("samples", 4)));
  }
  judged(tell, same(state, round.bytesOf("set_hash", 32)) && parts.length === round.small("accepted", 4), "set", `h is that of the ${parts.length} commits that the round accepted`);
  if (round.small("kind") === 1 && round.bytesOf("rules", 4)[3] === 2) {
    let weights = new Uint8Array(32);
    for (const [index, part] of parts.entries()) {
      weights = await sha256(joined(weights, u32(index), part.bytesOf("weight", 4)));
    }
    judged(tell, same(weights, round.bytesOf("weights_hash", 32)), "weights", "their hash is that of the weights that were approved");
  }
  const terms = [{ commit: await chain.account("Commit", commit.key("parent")), factor: 1n }];
  for (const part of parts) {
    const weight = weightIn(round, part);
    const bits = commit.small("fraction_bits") - 16 - part.small("shift");
    if (weight) terms.push({ commit: part, factor: weight << BigInt(bits) });
  }
  await checkSum(chain, verifier, commit, terms, tell);
}

// The Q16 weight of an accepted commit, by the round's rule.
function weightIn(round, part) {
  const rules = round.bytesOf("rules", 18);
  const cap = little(rules.slice(14, 18));
  if (round.small("kind") !== 1) return 65536n;
  if (part.small("rejects")) return 0n;
  if (rules[3] === 2) return part.number("weight", 4);
  const [share, whole] = rules[3] === 1
    ? [part.number("samples", 4), round.number("sum_samples", 8)]
    : [1n, round.number("accepted", 4) - round.number("rejected", 4)];
  const weight = (65536n * share) / (whole || 1n);
  return weight < cap ? weight : cap;
}

async function checkOperation(chain, verifier, commit, tell) {
  const operation = await chain.account("Operation", commit.key("round"));
  const done = operation.small("state") === 2;
  if (done) tell("chain", "sum", "that the head is the sum of its terms: the program computed it");
  else tell("nobody", "finish", "that it became a head: it is a proposal, and nobody finished it");
  const named = [];
  const terms = [];
  const bits = commit.small("fraction_bits");
  for (let number = 0; number < operation.small("terms_count"); number += 1) {
    const at = operation.offsets.terms + 40 * number;
    const term = operation.bytes.slice(at, at + 40);
    const part = await chain.account("Commit", base58(term.slice(0, 32)));
    const update = UPDATES.includes(part.small("kind"));
    const scale = update ? bits - 16 - part.small("shift") : bits - part.small("fraction_bits") - operation.small("m");
    const factor = little(term.slice(34, 38)) << BigInt(Math.max(scale, 0));
    terms.push({ commit: part, factor: term[33] ? -factor : factor });
    named.push(term.slice(0, 32), term.slice(33, 39));
  }
  const { operationDomain, operationSeed } = chain.layout;
  const known = await sha256(joined(
    text(operationDomain), operation.bytesOf("head", 32), operation.bytesOf("author", 32), operation.bytesOf("m", 1), ...named,
  ));
  const own = await isAt(chain, operation, [text(operationSeed), operation.bytesOf("branch", 32), known]);
  judged(tell, own && operation.key("result") === commit.address, "terms", "the operation's address is the hash of exactly these terms, head and author: nobody could approve others under it");
  if (!done && operation.small("chunks_done", 4) < operation.small("chunks", 4)) {
    tell("nobody", "sum", "the sum: it was not computed to its end yet");
    return;
  }
  await checkSum(chain, verifier, commit, terms, tell);
}

async function checkSum(chain, verifier, commit, terms, tell) {
  const wanted = await chain.points(commit);
  const totals = wanted.map(() => IDENTITY);
  for (const term of terms) {
    const points = await chain.points(term.commit);
    for (const chunk of totals.keys()) totals[chunk] = verifier.plus(totals[chunk], points[chunk], term.factor);
  }
  judged(tell, totals.every((point, chunk) => same(point, wanted[chunk])), "sum", `the commitments of ${terms.length} terms, times their factors, add up to the head's`);
}
