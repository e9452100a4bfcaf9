import { readTusList, writeUploadChecksum } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import { wrong } from '../option-check.ts'
import type { Tools } from '../types.ts'
import { ask } from './answer.ts'

/** The header `Upload-Checksum` of one chunk, or none. */
export type ChunkChecksum = (body: Blob, tools: Tools) => Promise<Readonly<Record<string, string>>>

/** What a browser computes by itself, under its own name for it. */
const platform = { sha1: 'SHA-1', sha256: 'SHA-256' } as const

type Algorithm = keyof typeof platform

/**
 * Checksums of single chunks (tus 1.0, "Checksum"), so that a server refuses a damaged one at once. Each chunk is read a second
 * time for it, into memory; the file as a whole is compared at the end anyway by servers that tell its digest. Only pages
 * from https or localhost have what it takes.
 *
 * @param wanted `'auto'`: the server is asked once, by `OPTIONS`, and if it knows neither algorithm, or the page cannot compute them,
 *   chunks go without.
 * @throws TypeError for any other algorithm; when a chunk is sent, UploadError `checksum-unavailable` on a page that cannot compute it.
 * @example
 * createUploader({ endpoint: '/files/', protocol: tus({ checksum: chunkChecksum('auto') }) })
 */
export function chunkChecksum(wanted: Algorithm | 'auto'): ChunkChecksum {
  if (wanted !== 'auto' && !Object.hasOwn(platform, wanted)) {
    throw wrong('speak tus', 'checksum', '"sha1", "sha256" or "auto"', wanted)
  }
  let known: Promise<Algorithm | undefined> | undefined

  async function learn(tools: Tools): Promise<Algorithm | undefined> {
    const answer = await ask(tools, 'ask for the checksums', 'OPTIONS', tools.endpoint)
    if (!answer.ok) throw answer.error()
    const offered = readTusList(answer.header('Tus-Checksum-Algorithm'))
    return (['sha1', 'sha256'] as const).find((algorithm) => offered.includes(algorithm))
  }

  async function choose(tools: Tools): Promise<Algorithm | undefined> {
    if (wanted !== 'auto') return wanted
    if (!isSecure()) return undefined
    try {
      return await (known ??= learn(tools))
    } catch (error) {
      known = undefined
      throw error
    }
  }

  return async (body, tools) => {
    const algorithm = await choose(tools)
    if (!algorithm) return {}
    if (!isSecure()) {
      const message = `Cannot compute ${algorithm}: the page must come over https, or from localhost`
      throw new UploadError('checksum-unavailable', message)
    }
    // Whoever hears this asks the file, which has changed or gone (F40).
    const bytes = await body.arrayBuffer().catch((cause: unknown) => {
      throw new UploadError('network', 'Cannot read the chunk again for its checksum', { cause })
    })
    const digest = new Uint8Array(await crypto.subtle.digest(platform[algorithm], bytes))
    tools.signal.throwIfAborted()
    const value = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return { 'Upload-Checksum': writeUploadChecksum({ algorithm, value }) }
  }
}

const isSecure = (): boolean => globalThis.crypto?.subtle !== undefined
