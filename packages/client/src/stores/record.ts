import * as z from 'zod/mini'
import type { UploadRecord } from '../types.ts'

const count = z.int().check(z.minimum(0))
const text = z.string()
const key = text.check(z.minLength(1))

const hash = z.object({
  engine: z.union([z.literal('wasm'), z.literal('script')]),
  algorithm: z.union([z.literal('md5'), z.literal('sha256')]),
  position: count,
  state: text,
})

/** What a stored record must look like before it is believed: an extension, an older release or a fault may have been there. */
export const uploadRecord: z.ZodMiniType<UploadRecord> = z.object({
  version: z.literal(1),
  key,
  endpoint: text,
  protocol: text,
  owner: text,
  name: text,
  type: text,
  size: count,
  lastModified: z.number(),
  metadata: z.record(text, text),
  fingerprint: text,
  samples: z.optional(z.array(text)),
  session: z.optional(z.record(text, z.json())),
  offset: count,
  restarts: count,
  poisoned: z.optional(z.boolean()),
  unanswered: z.optional(z.union([z.literal('chunk'), z.literal('last'), z.literal('complete')])),
  hash: z.optional(hash),
  paused: z.boolean(),
  resumability: z.union([z.literal('handle'), z.literal('copy'), z.literal('reselect')]),
  createdAt: z.number(),
  updatedAt: z.number(),
})

const later = z.object({ version: z.int().check(z.minimum(2)) })

/** A record of a later release, which that release may still want. */
export const isOfLaterRelease = (value: unknown): boolean => later.safeParse(value).success
