import { tusVersion } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import type { Protocol, Tools } from '../types.ts'
import { urlOf } from './address.ts'
import { ask } from './answer.ts'
import type { TusOptions } from './tus-options.ts'
import { tus } from './tus.ts'

/** Django takes no larger body into memory unless it is told to (`DATA_UPLOAD_MAX_MEMORY_SIZE`), in bytes. */
const djangoBody = 2_621_440

/**
 * tus as the Django app django-tus speaks it (0.5 and its forks). Chunks have at most 2.5 MiB, Django's own limit on a request, unless
 * `chunk` says otherwise. Uploads are found whether the project's addresses end in a slash or not. The server forgets what is
 * finished, so an upload whose last answer was lost is completed, not verified; and it cannot take an empty file.
 *
 * @example
 * createUploader({ endpoint: '/tus/upload/', protocol: djangoTus(), checksum: false })
 */
export function djangoTus(options: TusOptions = {}): Protocol {
  const base = tus({ ...options, chunk: { max: djangoBody, ...options.chunk }, creationWithUpload: false })
  // What addresses of uploads end in: learnt once.
  let ending: string | undefined

  // The address that is told leaves out the slash that a project's addresses may end in, and no redirect is ever followed.
  async function find(url: string, tools: Tools): Promise<string> {
    const action = 'find the upload'
    const look = (address: string) => ask(tools, action, 'HEAD', address, { headers: { 'Tus-Resumable': tusVersion } })
    const plain = await look(url).catch((error: unknown) => {
      // As the ways to send call a redirect.
      if (error instanceof UploadError && /blocked|redirected/.test(error.code)) return undefined
      throw error
    })
    if (plain?.ok) return ''
    if (plain && plain.status !== 404 && plain.status !== 301) throw plain.error()
    const slashed = await look(`${url}/`)
    if (slashed.ok) return '/'
    throw slashed.error(slashed.status === 404 ? 'rejected' : undefined)
  }

  return {
    ...base,
    name: 'django-tus',
    // It has no lock either.
    far: { ...base.far, settleMs: 2_000, forgetsFinished: true, empty: false },
    async create(file, first, tools) {
      const begun = await base.create(file, first, tools)
      if (options.uploadUrl) return begun
      const url = urlOf(begun.session)
      ending ??= await find(url, tools)
      return { ...begun, session: { ...begun.session, url: url + ending, marked: false } }
    },
    async append(session, file, chunk, tools) {
      try {
        return await base.append(session, file, chunk, tools)
      } catch (error) {
        if (!(error instanceof UploadError) || error.status !== 400) throw error
        const stands = await base.offset(session, file, tools)
        if (stands === 'gone' || stands.offset !== chunk.offset) return stands
        // It is Django that has refused, and for nothing but the size of the body.
        throw new UploadError('too-large', error.message, { status: 400, cause: error })
      }
    },
  }
}
