import { UploadError } from './errors.ts'
import { factsOf, fingerprintOf } from './fingerprint.ts'
import type { FileSurroundings, Known, Take } from './held-file.ts'
import { shareLimit } from './learnt-limit.ts'
import type { Found } from './machine.ts'
import type { Source, UploadRecord } from './types.ts'

/** What is to be proven, and with what. */
export interface Claim {
  /** What is known of the file; what is found out goes there. */
  readonly known: Known
  /** Whether it was begun before, here or on an earlier visit, so that there is something to compare. */
  readonly begun: boolean
  readonly around: FileSurroundings
  readonly take: Take
  readonly signal: AbortSignal
}

/** `sameHash`: whether the saved hash was made from a file with this date. */
export type Prove = (
  opened: Source,
  claim: Claim,
  onProven: (found: Found | undefined, sameHash: boolean) => void,
) => Promise<void>

/** Proves that the file is the one begun, takes its upload from all other tabs, and finds the record of an earlier visit for it. */
export const prove: Prove = async (opened, { known, begun, around, take, signal }, onProven) => {
  const { journal, way, endpoint, clock, store } = around
  if (store !== false) shareLimit(way, endpoint, clock.now())
  const samples = await opened.samples(signal)
  const unread = !known.samples
  if (begun) compare(opened, samples, known)
  const fingerprint = begun ? known.fingerprint : fingerprintOf(opened, around)
  const fresh = await take(JSON.stringify([fingerprint, samples]))
  const isSame = (other: UploadRecord): boolean =>
    begun
      ? other.key === known.key
      : other.fingerprint === fingerprint &&
        around.isFree(other) &&
        (other.samples ?? samples).join() === samples.join()
  // What is known here is as good as what is remembered, unless another tab has gone on.
  const alike = begun && !fresh ? [] : (await around.recall(fresh)).filter(isSame)
  // A page that was closed before it had read the file has left it a second time, with nothing to go on from.
  const earlier = alike.find(({ session }) => session) ?? alike.find((each) => each.samples) ?? alike[0]
  const kept = opened.handle && (await journal.keep((earlier ?? known).key, opened.handle))
  signal.throwIfAborted()
  // Nothing waits from here on: who was stopped before has recognised nothing, and will again.
  const found = earlier && (begun || around.claim(earlier.key)) ? earlier : undefined
  // What was remembered when this file was added is the other record's now.
  if (found && !begun) void journal.forget(known.key)
  const sameHash = unread ? found !== undefined : opened.lastModified === known.lastModified
  if (unread) {
    Object.assign(known, factsOf(opened), found ?? { fingerprint, metadata: around.metadata(asFile(opened)) })
  }
  // The tab that had it may have hashed on.
  known.hash = found?.hash ?? known.hash
  known.samples = samples
  if (kept) known.resumability = 'handle'
  onProven(found, sameHash)
}

function compare({ name, size }: Source, samples: readonly string[], known: Known): void {
  const same = (known.samples ?? samples).join() === samples.join()
  if (same && size === known.size) return
  const why =
    size === known.size ? 'since its contents differ' : `which has ${known.size} bytes where this one has ${size}`
  throw new UploadError('file-mismatch', `Cannot go on with "${name}": it is not the file that was begun, ${why}`)
}

const asFile = ({ file, name, type, lastModified }: Source): File =>
  file instanceof File ? file : new File([file], name, { type, lastModified })
