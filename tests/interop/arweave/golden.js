// Writes tests/unit/storage/golden.json with Arweave's own JavaScript libraries: data items of four kinds of keys,
// a bundle, Merkle roots, and the signed fields of a transaction. Run: `make golden-arweave`.
// Keys come from public words; RSA keys and signatures are new in every run.
const fs = require('fs')
const crypto = require('crypto')
const path = require('path')

const out = process.argv[2]
const libraries = ['@dha-team/arbundles', 'arbundles']
const Arweave = require('arweave')
const bs58 = require('bs58').default

const seed = (words) => crypto.createHash('sha256').update(words).digest()
const anchor = 'A'.repeat(32)
const hex = (item) => ({ id: item.id, raw: item.getRaw().toString('hex') })

function solanaSecret() {
  const key = crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed('federity golden items')]),
    format: 'der', type: 'pkcs8',
  })
  const jwk = key.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from(jwk.d, 'base64url'), Buffer.from(jwk.x, 'base64url')])
}

const shapes = {
  tags: ['delta bytes', { anchor, tags: [
    { name: 'App-Name', value: 'Federity' }, { name: 'Content-Type', value: 'application/octet-stream' },
    { name: 'Ünï', value: 'ключ' }] }],
  no_tags: ['x', { anchor }],
  no_anchor: ['x', { tags: [{ name: 'a', value: 'b' }] }],
  empty: ['', { anchor, tags: [{ name: 'a', value: 'b' }] }],
  target: ['x', { anchor, target: Buffer.alloc(32, 7).toString('base64url'), tags: [{ name: 'a', value: 'b'.repeat(200) }] }],
  many_tags: ['x', { anchor, tags: Array.from({ length: 128 }, (_, n) => ({ name: 'n' + n, value: 'v'.repeat(20) })) }],
  long_tag: ['x', { anchor, tags: [{ name: 'a', value: 'b'.repeat(4000) }] }],
}

// The same bytes as the Python test makes.
function data(size) {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = (i ^ (i >> 8) ^ (i >> 16)) & 255
  return bytes
}

async function items(name, jwk) {
  const lib = require(name)
  const secret = bs58.encode(solanaSecret())
  const found = {}
  const make = async (signer, [bytes, options]) => {
    const item = lib.createData(Buffer.from(bytes), signer, options)
    await item.sign(signer)
    if (!await item.isValid()) throw new Error('its own library refuses the item')
    return item
  }
  for (const [shape, made] of Object.entries(shapes)) found[shape] = hex(await make(new lib.SolanaSigner(secret), made))
  found.rsa = hex(await make(new lib.ArweaveSigner(jwk), shapes.tags))
  found.secp256k1 = hex(await make(new lib.EthereumSigner(seed('federity golden items').toString('hex')), shapes.tags))
  found.hex_ed25519 = hex(await make(new lib.HexSolanaSigner(secret), shapes.tags))
  const solana = new lib.SolanaSigner(secret)
  const two = [lib.createData('one', solana, { anchor }), lib.createData('two', solana, { anchor })]
  found.bundle = (await lib.bundleAndSignData(two, solana)).getRaw().toString('hex')
  return found
}

async function transactions(jwk) {
  const arweave = Arweave.init({ host: '127.0.0.1', port: 1, protocol: 'http' })
  const roots = {}
  const chunk = 256 * 1024
  for (const size of [1, 32, chunk - 1, chunk, chunk + 1, chunk + 1000, chunk + 32 * 1024, 2 * chunk, 3 * chunk + 50000, 5 * chunk + 7]) {
    const tx = await arweave.createTransaction({ data: data(size), last_tx: Buffer.alloc(48, 5).toString('base64url'), reward: '1' }, jwk)
    await tx.prepareChunks(tx.data)
    const chunks = tx.chunks.chunks.map((c, n) => ({
      from: c.minByteRange, to: c.maxByteRange, offset: tx.chunks.proofs[n].offset,
      proof: crypto.createHash('sha256').update(tx.chunks.proofs[n].proof).digest('hex'),
    }))
    roots[size] = { root: tx.data_root, chunks }
  }
  const tx = await arweave.createTransaction(
    { data: data(300000), last_tx: Buffer.alloc(48, 5).toString('base64url'), reward: '123456789012' }, jwk)
  tx.addTag('App-Name', 'Federity')
  tx.addTag('Ünï', 'ключ')
  await arweave.transactions.sign(tx, jwk)
  const { data: _, chunks: __, ...fields } = tx.toJSON()
  const message = Buffer.from(await tx.getSignatureData()).toString('hex')
  return { roots, transaction: { fields, message } }
}

(async () => {
  const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 4096, publicExponent: 65537 })
  const jwk = privateKey.export({ format: 'jwk' })
  const found = { seed: seed('federity golden items').toString('hex') }
  for (const name of libraries) found[name] = await items(name, jwk)
  fs.writeFileSync(out, JSON.stringify({ ...found, ...await transactions(jwk) }, null, 1) + '\n')
})()
