// Uploads data with the service's own SDK, as any of its users would. node turbo.js URL SECRET_KEY SIZE...
// Prints what the SDK says of credit and price, and the ids, one for each size: the last is sent by pieces.
const { Readable } = require('stream')
const { TurboFactory } = require('@ardrive/turbo-sdk/node')

const [url, privateKey, ...sizes] = process.argv.slice(2)
const turbo = TurboFactory.authenticated({
  token: 'solana',
  privateKey,
  uploadServiceConfig: { url },
  paymentServiceConfig: { url },
})

// The same bytes as the Python test makes.
function data(size) {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = (i ^ (i >> 8) ^ (i >> 16)) & 255
  return bytes
}

;(async () => {
  const told = { winc: (await turbo.getBalance()).winc, ids: [] }
  const [cost] = await turbo.getUploadCosts({ bytes: [1000] })
  told.price = cost.winc
  for (const [index, size] of sizes.map(Number).entries()) {
    const { id } = await turbo.uploadFile({
      fileStreamFactory: () => Readable.from(data(size)),
      fileSizeFactory: () => size,
      dataItemOpts: { tags: [{ name: 'App-Name', value: 'Somebody' }] },
      chunkingMode: index === sizes.length - 1 ? 'force' : 'disabled',
    })
    told.ids.push(id)
  }
  console.log(JSON.stringify(told))
})().catch((error) => { console.error(error); process.exit(1) })
