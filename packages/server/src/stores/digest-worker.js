// The thread of `disk-digest.ts`, in JavaScript so that it runs from the source too. It reads what was written back from
// the file: the pages are still in memory, and a digest of what is stored cannot differ from what is stored. It reads on
// while a chunk comes in, and keeps the state at the committed offset, to which it goes back if the chunk was not kept.
import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

/** Bytes read in one go, and at most before the next message is looked at. */
const turn = 1024 ** 2
const buffer = Buffer.allocUnsafeSlow(turn)

/**
 * @typedef {import('node:crypto').Hash} Hash
 * @typedef {{ hash: Hash, at: number, kept: { hash: Hash, at: number }, committed: number, goal: number, path: string,
 *   algorithm: string, file: number | undefined, calls: { call: number, size: number }[] }} Work
 * @type {Map<string, Work>}
 */
const works = new Map()
let running = false

parentPort.on('message', (message) => {
  if (message.type === 'forget') forget(message.id)
  else if (message.type === 'abort') abort(message.call)
  else take(message)
})

function take({ id, path, algorithm, size, ahead, call }) {
  const work = works.get(id) ?? begin(algorithm)
  works.set(id, work)
  work.path = path
  work.committed = size
  // Bytes beyond the offset count only while the chunk that brings them is being written.
  if (ahead === undefined && work.at > size) goBack(work)
  work.goal = ahead ?? size
  if (work.at === size) keep(work)
  if (call !== undefined) work.calls.push({ call, size })
  answer(work)
  if (!running) run()
}

function begin(algorithm) {
  const [hash, kept] = [createHash(algorithm), { hash: createHash(algorithm), at: 0 }]
  return { hash, at: 0, kept, committed: 0, goal: 0, path: '', algorithm, file: undefined, calls: [] }
}

/** A file that is shorter than it once was committed was cut: its digest begins anew. */
function goBack(work) {
  if (work.kept.at > work.committed) work.kept = { hash: createHash(work.algorithm), at: 0 }
  work.hash = work.kept.hash.copy()
  work.at = work.kept.at
}

function keep(work) {
  work.kept = { hash: work.hash.copy(), at: work.at }
}

/** One turn for each file that is behind, so that a huge one does not keep the small ones waiting. */
function run() {
  running = false
  for (const [id, work] of works) {
    if (work.at >= work.goal) continue
    try {
      step(work)
      answer(work)
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
  const stop = work.at < work.committed ? work.committed : work.goal
  const length = readSync(work.file, buffer, 0, Math.min(turn, stop - work.at), work.at)
  // Ahead of the offset a file may be cut at any time, and that will be told.
  if (length === 0 && work.at >= work.committed) work.goal = work.at
  else if (length === 0) throw new Error(`The stored file ends at ${work.at} of ${work.committed} committed bytes`)
  work.hash.update(buffer.subarray(0, length))
  work.at += length
  if (work.at === work.committed) keep(work)
  if (work.at >= work.goal) release(work)
}

function answer(work) {
  const { kept, calls } = work
  work.calls = calls.filter(({ size }) => size > kept.at)
  for (const { call, size } of calls.filter((one) => !work.calls.includes(one))) {
    if (size === kept.at) parentPort.postMessage({ call, hex: kept.hash.copy().digest('hex') })
    else parentPort.postMessage({ call, error: 'The stored file has grown since' })
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
