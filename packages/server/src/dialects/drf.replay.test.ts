import { describe, expect, test } from 'vitest'
import { anyOf } from '../auth.ts'
import { basicAuth } from '../auth/basic.ts'
import { tokenAuth } from '../auth/token.ts'
import { createUploadHandler, type UploadHandler } from '../handler.ts'
import { memoryLocks } from '../lock.ts'
import type { UploadHandlerOptions } from '../options.ts'
import { UploadProblem } from '../problem.ts'
import type { SessionRecord } from '../record.ts'
import type { ChunkWriter, UploadStore } from '../store.ts'
import { memoryStore } from '../stores/memory.ts'
import { buildRequest, cases, exceptions, IdMap, type Case, type Exchange } from './fixtures/replay.ts'
import type { DrfOptions, FirstFile } from './drf-options.ts'

const tokens = tokenAuth({ ['a'.repeat(40)]: '1', ['b'.repeat(40)]: '2' })
const passwords = basicAuth((user, password) => (user === 'alice' && password === 'alice-password' ? '1' : undefined))
const either = anyOf(tokens, passwords)
const allowed = ['png', 'jpg']

const validateExtension = ({ partName }: FirstFile) => {
  const extension = /\.([^.]+)$/.exec(partName)?.[1] ?? ''
  if (allowed.includes(extension)) return undefined
  return { file: [`File extension “${extension}” is not allowed. Allowed extensions are: ${allowed.join(', ')}.`] }
}
const validateType = ({ type }: FirstFile) =>
  type === 'image/png' ? undefined : { file: [`MIME type ${type} is not allowed.`] }

type Mount = Omit<UploadHandlerOptions, 'store'>

/** The mounts of section 13, by their path. */
const mounts: Readonly<Record<string, Mount>> = {
  uploads: {},
  mine: { authenticate: either, requireSignIn: false },
  private: { authenticate: either },
  basic: { authenticate: passwords },
  anon: { authenticate: either, requireSignIn: false, drf: { owner: 'optional' } },
  limited: { maxSize: 1000 },
  ext: { drf: { validate: validateExtension } },
  mime: { drf: { validate: validateType } },
  paged: { drf: { pageSize: 2 } },
  nochecksum: { checksum: false },
  hook: {
    onComplete: ({ session }) =>
      Response.json({ asset: 'a-1', name: session.filename, bytes: session.offset }, { status: 201 }),
  },
  hookfail: {
    onComplete: () => {
      throw new UploadProblem('malformed', 'refused', { answer: { file: ['not a readable image'] } })
    },
  },
  renamed: { drf: { fileField: 'my_file' } },
  raw: { drf: { rawBodies: true } },
  throttled: { throttle: { requests: 3, perMs: 60_000 } },
  strpk: { drf: { ids: 'any' } },
  repk: { drf: { ids: 'uuid-any-case' } },
  noslash: { path: '/api/noslash', drf: { trailingSlash: false } },
}

/** The mounts of the fork. */
const forkMounts: Readonly<Record<string, Mount>> = {
  uploads: {
    drf: {
      owner: 'optional',
      fork: {
        owners: (type, id) => {
          if (type === 99_999) return 'unknown-type'
          if (type !== 3) return 'type-refused'
          return id === '1' ? 'allowed' : 'id-refused'
        },
      },
    },
    ownerRestricted: false,
  },
  plain: { drf: { owner: 'optional' }, ownerRestricted: false },
  mine: { authenticate: either, requireSignIn: false, ownerRestricted: 'signed-in', drf: { owner: 'optional' } },
  limited: { maxSize: 1000 },
  ext: { drf: { fork: { allowedExtensions: allowed } } },
  mime: { drf: { fork: { allowedTypes: ['image/png', 'image/jpeg'] } } },
  max: { drf: { fork: { maxBytes: 30_000 } } },
  min: { drf: { fork: { minBytes: 20 } } },
}

/** What the settings of a case mean for our options. */
function applySettings({ server }: Case): Mount {
  const { settings } = server
  const drf: DrfOptions = { viewName: 'V Uploads' }
  const french: DrfOptions = {
    texts: {
      notFound: 'Pas trouvé.',
      required: 'Ce champ est obligatoire.',
      signIn: "Informations d'authentification non fournies.",
      notAllowed: (method) => `Méthode «\u00A0${method}\u00A0» non autorisée.`,
    },
  }
  const newer: DrfOptions = { texts: { notFound: 'No OpenUpload matches the given query.' } }
  const origins = { cors: { origins: ['http://app.example'] } }
  return {
    compat: server.implementation.includes('fork') ? 'fork' : server.version === '0.5.1' ? '0.5.1' : '0.6.0',
    ...('DRF_CHUNKED_UPLOAD_EXPIRATION_DELTA' in settings ? { lifetimeMs: 2000 } : {}),
    ...('DRF_CHUNKED_UPLOAD_CHECKSUM' in settings ? { checksum: 'sha256' as const } : {}),
    ...('DRF_CHUNKED_UPLOAD_USER_RESTRICTED' in settings ? { ownerRestricted: false } : {}),
    ...('DRF_CHUNKED_UPLOAD_MAX_BYTES' in settings ? { maxSize: 1000 } : {}),
    ...('MEDIA_URL' in settings ? { mediaUrl: '/' } : {}),
    ...('DRF_CHUNKED_UPLOAD_COMPLETE_EXT' in settings ? { files: { completeExtension: '.part' } } : {}),
    ...('SECURE_PROXY_SSL_HEADER' in settings ? { trustProxy: true } : {}),
    ...('django-cors-headers' in settings ? origins : {}),
    drf: {
      ...drf,
      ...('LANGUAGE_CODE' in settings ? french : {}),
      ...(server.djangorestframework === '3.16' ? newer : {}),
    },
  }
}

const broken = new Error('database is locked')

/** A store whose next commits fail after the bytes were written, as many as it is told. */
function failing(store: UploadStore, faults: { commits: number }): UploadStore {
  return {
    ...store,
    async writer(record) {
      const writer = await store.writer(record)
      return Object.assign(Object.create(writer) as ChunkWriter, {
        commit: async (next: SessionRecord) => {
          faults.commits -= 1
          if (faults.commits >= 0) throw broken
          await writer.commit(next)
        },
      })
    },
  }
}

/** Everything one case needs: the mounts over one store, and a clock. */
function world(recorded: Case) {
  const clock = { now: Date.UTC(2026, 10, 20, 23, 42) }
  const faults = { commits: 0 }
  const shared = { store: failing(memoryStore(), faults), locks: memoryLocks(), now: () => clock.now }
  const common = applySettings(recorded)
  const table = common.compat === 'fork' ? forkMounts : mounts
  const handlers = new Map<string, UploadHandler>()
  const handlerOf = (path: string): UploadHandler => {
    const name = path.split('/')[2] ?? ''
    const mount = table[name]
    if (!mount) throw new Error(`No mount for ${path}`)
    const made =
      handlers.get(name) ??
      createUploadHandler({
        path: `/api/${name}/`,
        ...common,
        ...mount,
        drf: { ...common.drf, ...mount.drf },
        ...shared,
        onError: (error) => {
          if (error !== broken) throw error
        },
      })
    handlers.set(name, made)
    return made
  }
  return { clock, faults, handlerOf }
}

/** Headers that our server means as the recorded one does. `Vary: Cookie` is a matter of Django's session middleware. */
const comparedHeaders = [
  'Content-Type',
  'Allow',
  'Location',
  'WWW-Authenticate',
  'Retry-After',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Headers',
  'Access-Control-Allow-Methods',
  'Access-Control-Max-Age',
]

/** How an answer of ours differs from the recorded one; `undefined` if it does not. */
async function difference(
  { response: recorded }: Exchange,
  response: Response,
  ids: IdMap,
  later: string,
): Promise<string | undefined> {
  if (response.status !== recorded.status)
    return `status ${response.status} for ${recorded.status}: ${await response.text()}`
  for (const name of comparedHeaders) {
    const ours = response.headers.get(name)
    const theirs = name in recorded.headers ? ids.translate(recorded.headers[name] ?? '') : null
    if (ours !== theirs) return `header ${name}: ${ours} for ${theirs}`
  }
  // Ours is told never to be kept as well (F30).
  const cached = recorded.headers['Cache-Control']
  if (cached !== undefined && !response.headers.get('Cache-Control')?.includes(cached)) return 'header Cache-Control'
  if ('Expires' in recorded.headers !== response.headers.has('Expires')) return 'header Expires'
  if (recorded.json === null) return undefined
  const text = await response.text()
  const body = ids.compare(withoutOthers(recorded.json, ids, later), JSON.parse(text))
  try {
    expect(body.ours).toEqual(body.theirs)
  } catch {
    return `body ${JSON.stringify(body.ours)} for ${JSON.stringify(body.theirs)}`
  }
  return undefined
}

/** A recorded list holds what earlier cases had uploaded too: only what this one made, or goes on with, is compared. */
function withoutOthers(json: unknown, ids: IdMap, later: string): unknown {
  if (!Array.isArray(json)) return json
  return json.filter((item: { id?: string } | null) => {
    const id = typeof item === 'object' && !Array.isArray(item) ? item?.id : undefined
    return id === undefined || ids.ours.has(id) || later.includes(id)
  })
}

/** Does what a note tells of. */
async function follow(note: string, { clock, handlerOf }: ReturnType<typeof world>): Promise<void> {
  const seconds = Number(/(\d+) seconds later/.exec(note)?.[1] ?? 0)
  clock.now += seconds * 1000
  if (note.includes('clean-up command'))
    await handlerOf('/api/uploads/').sessions.sweep({ keepRecords: note.includes('records kept') })
}

/** What happened beside HTTP without a note of its own in the recording. */
function stage({ id }: Case, step: number, { clock, faults }: ReturnType<typeof world>): void {
  if (id.startsWith('lifetime-counts-from-creation') && step > 0) clock.now += 1200
  if (id.startsWith('fork-expired-upload') && step === 3) clock.now += 3000
  if (id.startsWith('server-fails-between') && step === 1) faults.commits = 1
}

/** What must be there before a case begins that was recorded after others. */
async function prepare({ id }: Case, { handlerOf }: ReturnType<typeof world>): Promise<void> {
  if (id !== 'paginated-list') return
  const first = cases.find((other) => other.id === 'whole-file-in-one-put-chunk-then-finish')
  for (let count = 0; count < 3; count += 1) {
    const ids = new IdMap()
    for (const step of first?.steps ?? []) {
      if (!step.request) continue
      const path = ids.translate(step.request.path)
      const response = await handlerOf(path)(buildRequest(step.request, path, 'testserver', ids.translate))
      ids.compare(step.response.json, await response.json())
    }
  }
}

const unmounted = new Map(exceptions.unmounted.map((entry) => [entry.case, entry.reason]))
const differing = new Map(exceptions.differs.map((entry) => [entry.case, entry]))

const familyOf = ({ server }: Case): string => (server.implementation.includes('fork') ? 'fork' : server.version)

/** How many answers can be compared, and how many of them may differ. Raise these, never lower them. */
const shares = {
  '0.6.0': { recorded: 439, replayed: 401, differing: 38 },
  '0.5.1': { recorded: 5, replayed: 5, differing: 0 },
  fork: { recorded: 67, replayed: 67, differing: 6 },
}

async function replay(recorded: Case): Promise<string[]> {
  const here = world(recorded)
  await prepare(recorded, here)
  const ids = new IdMap()
  const found: string[] = []
  for (const [number, step] of recorded.steps.entries()) {
    if (!step.request) {
      await follow(step.note, here)
      continue
    }
    stage(recorded, number, here)
    const path = ids.translate(step.request.path)
    const host = step.note?.includes('Host: internal:8000') ? 'internal:8000' : 'testserver'
    const response = await here.handlerOf(path)(buildRequest(step.request, path, host, ids.translate))
    if (step.response.status === null) continue
    const later = JSON.stringify(recorded.steps.slice(number + 1).map((next) => next.request?.path))
    const differs = await difference(step, response, ids, later)
    const expected = differing.get(recorded.id)?.steps.includes(number) ?? false
    if (differs && !expected) found.push(`step ${number}: ${differs}`)
    if (!differs && expected) found.push(`step ${number} is listed as differing, but does not`)
  }
  return found
}

describe('recorded exchanges with drf-chunked-upload', () => {
  for (const recorded of cases) {
    const { implementation, version } = recorded.server
    const name = `${implementation} ${version}: ${recorded.id}`
    if (unmounted.has(recorded.id)) continue
    test(name, async () => {
      expect(await replay(recorded)).toEqual([])
    })
  }

  test('no share of the recording is dropped silently', () => {
    const found: Record<string, { recorded: number; replayed: number; differing: number }> = {}
    for (const recorded of cases) {
      const share = (found[familyOf(recorded)] ??= { recorded: 0, replayed: 0, differing: 0 })
      const answered = recorded.steps.filter((step) => step.request && step.response.status !== null).length
      share.recorded += answered
      if (unmounted.has(recorded.id)) continue
      share.replayed += answered
      share.differing += differing.get(recorded.id)?.steps.length ?? 0
    }
    expect(found).toEqual(shares)
  })

  test('every exception names a case that was recorded', () => {
    const names = new Set(cases.map(({ id }) => id))
    expect([...unmounted.keys(), ...differing.keys()].filter((id) => !names.has(id))).toEqual([])
  })
})
