// Uploads data with arweave.js to a node, as any of its users would. node upload.js URL JWK SIZE...
// Prints the ids, one for each size.
const fs = require('fs')
const Arweave = require('arweave')

const [url, jwkFile, ...sizes] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const arweave = Arweave.init({ host: hostname, port, protocol: 'http' })
const jwk = JSON.parse(fs.readFileSync(jwkFile))

// The same bytes as the Python test makes.
function data(size) {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = (i ^ (i >> 8) ^ (i >> 16)) & 255
  return bytes
}

;(async () => {
  for (const size of sizes) {
    const tx = await arweave.createTransaction({ data: data(Number(size)) }, jwk)
    tx.addTag('App-Name', 'Somebody')
    await arweave.transactions.sign(tx, jwk)
    const uploader = await arweave.transactions.getUploader(tx)
    while (!uploader.isComplete) await uploader.uploadChunk()
    const { status } = await arweave.transactions.getStatus(tx.id)
    if (status !== 202) throw new Error(`status ${status} of ${tx.id}`)
    console.log(tx.id)
  }
})().catch((error) => { console.error(error); process.exit(1) })
