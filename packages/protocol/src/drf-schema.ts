import * as z from 'zod/mini'
import type { DrfUpload } from './drf.ts'

const offset = z.int().check(z.minimum(0))
const name = z.string().check(z.minLength(1))

/** Schema of {@link DrfUpload}; unknown keys pass. */
export const drfUpload: z.ZodMiniType<DrfUpload> = z.object({
  id: z.optional(name),
  url: z.optional(name),
  offset,
  status: z.optional(z.union([z.literal(1), z.literal(2)])),
  file: z.nullish(z.string()),
})

/** Schema of the mismatch of offsets: `expected_offset` since 0.6.0; `offset` beside a text before. */
export const drfMismatch: z.ZodMiniType<{ expected_offset: number } | { detail: string; offset: number }> = z.union([
  z.object({ expected_offset: offset }),
  z.object({ detail: z.string(), offset }),
])
