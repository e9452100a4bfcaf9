import { readMetadata } from '@chunkwise/protocol'
import { UploadProblem } from '../problem.ts'
import { isPending, type VideoRecord } from './record.ts'

/** What may be uploaded, and how much at once: minting addresses is a way to use an account up. */
export interface GatewayPolicy {
  /** Greatest size of a file in bytes: 30 GB. */
  readonly maxSize?: number
  /** Greatest duration in seconds, reserved with the host for each upload. Default: what the host takes. */
  readonly maxSeconds?: number
  /** Uploads of one owner that are not whole yet: 5. */
  readonly pending?: number
  /** Their bytes together. Default: any. */
  readonly pendingBytes?: number
  /** Their reserved seconds together. Default: any. */
  readonly pendingSeconds?: number
  /** Creations of one owner in a minute: 10. */
  readonly creationsPerMinute?: number
  /** How long an upload through the gateway may stand still, in milliseconds: an hour. It counts anew with each chunk. */
  readonly idleMs?: number
  /** How long it may take in all, in milliseconds: a day. */
  readonly expiryMs?: number
  /** Metadata that are passed on beside `name`, `filename` and `filetype`. None of them says anything to a host but text. */
  readonly metadata?: readonly string[]
}

/** The policy made whole. */
export type Policy = Required<Omit<GatewayPolicy, 'maxSeconds'>> & Pick<GatewayPolicy, 'maxSeconds'>

const minute = 60_000
const usual = {
  maxSize: 30e9,
  pending: 5,
  pendingBytes: Infinity,
  pendingSeconds: Infinity,
  creationsPerMinute: 10,
  idleMs: 60 * minute,
  expiryMs: 24 * 60 * minute,
  metadata: [],
}

/** What hosts read as orders, in any spelling: it comes from the policy and from nowhere else. */
const orders: ReadonlySet<string> = new Set([
  'maxdurationseconds',
  'expiry',
  'requiresignedurls',
  'allowedorigins',
  'thumbnailtimestamppct',
  'scheduleddeletion',
  'watermark',
])

/**
 * The policy with its defaults.
 *
 * @throws TypeError for an option that is wrong, naming it.
 */
export function resolvePolicy(policy: GatewayPolicy = {}): Policy {
  const whole: Policy = { ...usual, ...policy }
  for (const [name, value] of Object.entries(whole)) {
    if (name === 'metadata' || value === undefined) continue
    if (typeof value !== 'number' || !(value > 0))
      throw new TypeError(`Option policy.${name}: expected a number above 0, got ${JSON.stringify(value)}`)
  }
  for (const name of whole.metadata)
    if (orders.has(name.toLowerCase()))
      throw new TypeError(
        `Option policy.metadata: ${JSON.stringify(name)} is an order to the host; it is set here, not passed on`,
      )
  return whole
}

const longest = 255

/**
 * The metadata of a creation, rebuilt: names that are allowed, with texts of at most 255 characters and without control characters. What
 * a host would read as an order is left out without a word, since honest clients send such things too.
 *
 * @throws UploadProblem `malformed` for what cannot be read, a name that comes twice, a value that is too long.
 */
export function rebuildMetadata(header: string | null, { metadata: more }: Policy): Record<string, string> {
  let told: Readonly<Record<string, string>>
  try {
    told = readMetadata(header ?? '')
  } catch (cause) {
    throw new UploadProblem(
      'malformed',
      'Cannot read Upload-Metadata: expected keys with base64 of UTF-8, each key once',
      { cause },
    )
  }
  const allowed = new Set(['name', 'filename', 'filetype', ...more])
  const rebuilt: Record<string, string> = {}
  for (const [name, value] of Object.entries(told)) {
    if (!allowed.has(name)) continue
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if ([...value].length > longest || /[\u0000-\u001f\u007f]/.test(value))
      throw new UploadProblem(
        'malformed',
        `Metadata ${name}: expected at most ${longest} characters, none of them a control character`,
      )
    rebuilt[name] = value
  }
  return rebuilt
}

/**
 * The size that a creation announces, in bytes.
 *
 * @throws UploadProblem `malformed` if it is not told, `too-large` if it is above the limit.
 */
export function announcedSize(headers: Headers, { maxSize }: Policy): number {
  const text = headers.get('Upload-Length') ?? ''
  if (headers.has('Upload-Defer-Length'))
    throw new UploadProblem('malformed', 'Upload-Defer-Length: video hosts want the size at once')
  const size = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (!Number.isSafeInteger(size) || size < 1)
    throw new UploadProblem('malformed', 'Upload-Length: expected a number of bytes above 0')
  if (size > maxSize) throw new UploadProblem('too-large', `Size of file exceeds the limit (${maxSize} bytes)`)
  return size
}

/**
 * Throws `too-many-requests` if an owner has too much under way for one more upload.
 *
 * @param records all of the owner's
 */
export function checkPending(records: readonly VideoRecord[], size: number, policy: Policy): void {
  const under = records.filter(isPending)
  const sum = (of: (record: VideoRecord) => number): number => under.reduce((all, record) => all + of(record), 0)
  const refuse = (what: string): never => {
    throw new UploadProblem('too-many-requests', `Finish or cancel what is under way first: at most ${what}`, {
      retryAfter: 60,
    })
  }
  if (under.length >= policy.pending) refuse(`${policy.pending} uploads at a time`)
  if (sum((record) => record.size) + size > policy.pendingBytes) refuse(`${policy.pendingBytes} bytes at a time`)
  const seconds = policy.maxSeconds ?? 0
  if (sum((record) => record.seconds ?? 0) + seconds > policy.pendingSeconds)
    refuse(`${policy.pendingSeconds} seconds of video at a time`)
}
