import type { UploadState } from '@chunkwise/client'

/** What was last said of an upload. */
export interface Told {
  readonly standing: string
  /** Quarters of the file that were confirmed, 0 to 4. */
  readonly quarter: number
}

// These pass by in a moment, or are about to.
const passing: ReadonlySet<string> = new Set(['idle', 'queued', 'preparing', 'creating', 'recovering'])

/** What has changed that is worth saying aloud: where the upload stands, or another quarter of it. */
export function newsOf(
  { status, size, offset }: UploadState,
  standing: string,
  told: Told,
): { readonly news: 'standing' | 'quarter' | undefined; readonly told: Told } {
  const quarter = size === 0 ? 0 : Math.floor((offset / size) * 4)
  if (passing.has(status)) return { news: undefined, told: { ...told, quarter: Math.max(quarter, told.quarter) } }
  if (standing !== told.standing) return { news: 'standing', told: { standing, quarter } }
  const further = status === 'uploading' && quarter > told.quarter
  return { news: further ? 'quarter' : undefined, told: { standing, quarter } }
}
