import { tusVersion } from '@chunkwise/protocol'
import { UploadError } from '../errors.ts'
import { checked } from '../option-check.ts'
import type { Confirmed, Gone, Protocol, Session, Tools } from '../types.ts'
import { urlOf } from './address.ts'
import { ask } from './answer.ts'
import { choices, type TusOptions } from './tus-options.ts'
import { tus } from './tus.ts'

/** Django takes no larger body into memory unless it is told to (`DATA_UPLOAD_MAX_MEMORY_SIZE`), in bytes. */
const djangoBody = 2_621_440

/** What a project with django-tus is like, as far as it does not tell. */
export interface DjangoTusOptions extends TusOptions {
  /**
   * Whether something in front of the app takes requests in whole before it hands them on, as nginx does unless told otherwise:
   * then no chunk reaches the app that broke off, and what it claims to have is believed. Default `false`.
   */
  readonly buffered?: boolean
}

/** More than a file can have: the session is not one to go on with, and the upload not complete either. */
const spoilt: Confirmed = { offset: Infinity }

/**
 * tus as the Django app django-tus speaks it (0.5 and its forks). Chunks have at most 2.5 MiB, Django's own limit on a request, unless
 * `chunk` says otherwise. Uploads are found whether the project's addresses end in a slash or not. The server forgets what is
 * finished, so an upload whose last answer was lost is completed, not verified; and it cannot take an empty file.
 *
 * The app counts a chunk that broke off as if all of it had come, and the file gets a hole (measured, 0.5 under gunicorn). So
 * where the server claims more than it has answered, the upload is begun anew, unless `buffered` says that this cannot be.
 *
 * @example
 * createUploader({ endpoint: '/tus/upload/', protocol: djangoTus(), checksum: false })
 */
export function djangoTus(given: DjangoTusOptions = {}): Protocol {
  const { buffered, ...options } = checked('speak django-tus', { ...choices, buffered: [true, false] }, given)
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
      if (options.uploadUrl) return { ...begun, session: { ...begun.session, answered: begun.offset } }
      const url = urlOf(begun.session)
      ending ??= await find(url, tools)
      return { ...begun, session: { ...begun.session, url: url + ending, marked: false } }
    },
    async offset(session, file, tools) {
      const stands = await base.offset(session, file, tools)
      return isBeyond(stands, session) ? spoilt : stands
    },
    async append(session, file, chunk, tools) {
      let status = 0
      const send: Tools['send'] = async (request) => {
        const reply = await tools.send(request)
        status ||= reply.status
        return reply
      }
      const stands = await appendTo(session, file, chunk, { ...tools, send })
      // What is finished is not found; whose file is missing is not finished.
      if (stands === 'gone') return status === 410 ? spoilt : stands
      if (status === 409 && isBeyond(stands, session)) return spoilt
      return { ...stands, session: { ...session, answered: stands.offset } }
    },
  }

  // What no answer has told of may be bytes that broke off.
  function isBeyond(stands: Confirmed | Gone, session: Session): boolean {
    return !buffered && stands !== 'gone' && stands.offset > Number(session['answered'] ?? 0)
  }

  async function appendTo(...[session, file, chunk, tools]: Parameters<Protocol['append']>): Promise<Confirmed | Gone> {
    try {
      return await base.append(session, file, chunk, tools)
    } catch (error) {
      if (!(error instanceof UploadError) || error.status !== 400) throw error
      const stands = await base.offset(session, file, tools)
      if (stands === 'gone' || stands.offset !== chunk.offset) return stands
      // It is Django that has refused, and for nothing but the size of the body.
      throw new UploadError('too-large', error.message, { status: 400, cause: error })
    }
  }
}
