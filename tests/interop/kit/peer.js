// Solana's own JavaScript client at work on a node: node peer.js RPC_URL WEBSOCKET_URL
// Prints one JSON document of what it saw. Used by ../test_kit.py.
import {
  AccountRole, address, airdropFactory, appendTransactionMessageInstruction, createSolanaRpc,
  createSolanaRpcSubscriptions, createTransactionMessage, fetchEncodedAccount, fetchJsonParsedAccount,
  generateKeyPairSigner, getBase64EncodedWireTransaction, getSignatureFromTransaction, isSolanaError, lamports, pipe,
  sendAndConfirmTransactionFactory, setTransactionMessageFeePayerSigner, setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit'

const [, , url, socket] = process.argv
const rpc = createSolanaRpc(url)
const rpcSubscriptions = createSolanaRpcSubscriptions(socket)
const payer = await generateKeyPairSigner()
const target = await generateKeyPairSigner()
const SYSTEM = address('11111111111111111111111111111111')
const TOKEN = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')
const seen = {}

function transfer(amount) {
  const data = new Uint8Array(12)
  const view = new DataView(data.buffer)
  view.setUint32(0, 2, true)
  view.setBigUint64(4, amount, true)
  return {
    programAddress: SYSTEM,
    accounts: [
      { address: payer.address, role: AccountRole.WRITABLE_SIGNER, signer: payer },
      { address: target.address, role: AccountRole.WRITABLE },
    ],
    data,
  }
}

async function signed(version, instruction) {
  const { value: blockhash } = await rpc.getLatestBlockhash().send()
  const message = pipe(
    createTransactionMessage({ version }),
    (m) => setTransactionMessageFeePayerSigner(payer, m),
    (m) => setTransactionMessageLifetimeUsingBlockhash(blockhash, m),
    (m) => appendTransactionMessageInstruction(instruction, m),
  )
  return signTransactionMessageWithSigners(message)
}

const abort = new AbortController()
const heard = []
const listening = (async () => {
  const notifications = await rpcSubscriptions
    .accountNotifications(target.address, { commitment: 'confirmed', encoding: 'base64' })
    .subscribe({ abortSignal: abort.signal })
  for await (const { value } of notifications) {
    heard.push(Number(value.lamports))
    if (heard.length === 2) return
  }
})()

await airdropFactory({ rpc, rpcSubscriptions })({
  commitment: 'confirmed', lamports: lamports(10_000_000_000n), recipientAddress: payer.address,
})
const confirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions })
const signatures = []
for (const [version, amount] of [[0, 10_000_000n], ['legacy', 20_000_000n]]) {
  const transaction = await signed(version, transfer(amount))
  await confirm(transaction, { commitment: 'confirmed' })
  signatures.push(getSignatureFromTransaction(transaction))
}
await listening
abort.abort()
seen.heard = heard
seen.statuses = (await rpc.getSignatureStatuses(signatures).send()).value.map((item) => item.confirmationStatus)
seen.balance = Number((await rpc.getBalance(target.address).send()).value)
const told = await rpc
  .getTransaction(signatures[0], { encoding: 'json', maxSupportedTransactionVersion: 0 }).send()
seen.fee = Number(told.meta.fee)
seen.version = told.version
seen.paid = Number(told.meta.preBalances[0] - told.meta.postBalances[0])
seen.account = Number((await fetchEncodedAccount(rpc, target.address)).lamports)
seen.gone = (await fetchEncodedAccount(rpc, (await generateKeyPairSigner()).address)).exists
seen.history = (await rpc.getSignaturesForAddress(target.address).send()).map((item) => item.signature)
seen.signatures = signatures
seen.token = (await fetchJsonParsedAccount(rpc, TOKEN)).executable
try {
  await confirm(await signed(0, { programAddress: TOKEN, data: new Uint8Array([254]) }), { commitment: 'confirmed' })
} catch (error) {
  seen.refused = isSolanaError(error) ? String(error.context.__code) : String(error)
}
const bad = await signed(0, transfer(10_000_000n))
const wire = getBase64EncodedWireTransaction(bad)
const simulated = await rpc.simulateTransaction(wire, { encoding: 'base64', sigVerify: true }).send()
seen.units = Number(simulated.value.unitsConsumed)
const epoch = await rpc.getEpochInfo().send()
seen.epoch = [typeof epoch.absoluteSlot, Number(epoch.slotsInEpoch)]
console.log(JSON.stringify(seen))
process.exit(0)
