// The thread of `disk-digest.ts`, in JavaScript so that it runs from the source too. It reads what was committed back from
// the file: the pages are still in memory, and a digest of what is stored cannot differ from what is stored.
import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

/** Bytes read in one go, and at most before the next message is looked at. */
const turn = 1024 ** 2
const buffer = Buffer.allocUnsafeSlow(turn)

/**
 * @typedef {{ hash: import('node:crypto').Hash, at: number, goal: number, path: string, file: number | undefined,
 *   calls: { call: number, size: number }[] }} Work
 * @type {Map<string, Work>}
 */
const works = new Map()
let running = false

parentPort.on('message', (message) => {
  if (message.type === 'forget') forget(message.id)
  else if (message.type === 'abort') abort(message.call)
  else take(message)
})

function take({ id, path, algorithm, size, call }) {
  const work = works.get(id) ?? { hash: createHash(algorithm), at: 0, goal: 0, path, file: undefined, calls: [] }
  works.set(id, work)
  work.path = path
  work.goal = Math.max(work.goal, size)
  if (call !== undefined) work.calls.push({ call, size })
  answer(id, work)
  if (!running) run()
}

/** One turn for each file that is behind, so that a huge one does not keep the small ones waiting. */
function run() {
  running = false
  for (const [id, work] of works) {
    if (work.at >= work.goal) continue
    try {
      step(work)
      answer(id, work)
    } catch (error) {
      for (const { call } of work.calls) parentPort.postMessage({ call, error: String(error) })
      forget(id)
    }
    if (works.has(id) && work.at < work.goal) running = true
  }
  if (running) setImmediate(run)
}

function step(work) {
  work.file ??= openSync(work.path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const length = readSync(work.file, buffer, 0, Math.min(turn, work.goal - work.at), work.at)
  if (length === 0) throw new Error(`The stored file ends at ${work.at} of ${work.goal} committed bytes`)
  work.hash.update(buffer.subarray(0, length))
  work.at += length
  if (work.at >= work.goal) release(work)
}

function answer(id, work) {
  const ready = work.calls.filter(({ size }) => size <= work.at)
  work.calls = work.calls.filter(({ size }) => size > work.at)
  for (const { call, size } of ready) {
    // Asked for less than was committed once: such a file was cut, so its digest begins anew.
    if (size === work.at) parentPort.postMessage({ call, hex: work.hash.copy().digest('hex') })
    else {
      parentPort.postMessage({ call, error: 'The stored file has shrunk' })
      forget(id)
    }
  }
}

function abort(call) {
  for (const work of works.values()) work.calls = work.calls.filter((waiting) => waiting.call !== call)
}

function forget(id) {
  const work = works.get(id)
  if (work) release(work)
  works.delete(id)
}

function release(work) {
  if (work.file !== undefined) closeSync(work.file)
  work.file = undefined
}
