import {
  createUploader,
  fetchTransport,
  type SessionStore,
  type Upload,
  type UploaderOptions,
  type UploadNotice,
} from '@chunkwise/client'
import { type Watch, watched } from './watched.ts'

/** A page with one upload, until it is closed. */
export interface Page {
  readonly upload: Upload
  /** Its requests end, and nothing more is heard of it. */
  close(): void
}

// Each page has a process of its own, as far as others can hear: one that is closed would go on talking in this one.
const alone: NonNullable<UploaderOptions['tabs']> = {
  join: () => ({
    take: () => Promise.resolve(false),
    drop: () => Promise.resolve(undefined),
    tell: () => Promise.resolve(),
    leave: () => {},
  }),
}

/** Opens a page that has the file, and goes on with what the store remembers of it or begins anew. */
export async function openPage(
  file: File,
  how: 'restore' | 'add',
  { store, ...options }: UploaderOptions & { readonly store: SessionStore },
  watch: Watch,
  onNotice: (notice: UploadNotice) => void,
): Promise<Page> {
  const transport = watched(fetchTransport, watch)
  const closed = new AbortController()
  const { signal } = closed
  const unlessClosed = <Value>(work: () => Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return
      work().then(
        (value) => !signal.aborted && resolve(value),
        (error: Error) => !signal.aborted && reject(error),
      )
    })
  const uploader = createUploader({
    ...options,
    copies: { file: 0 },
    tabs: alone,
    store: {
      list: () => unlessClosed(() => store.list()),
      put: (records, durability) => unlessClosed(() => store.put(records, durability)),
      delete: (key) => unlessClosed(() => store.delete(key)),
      source: (key) => unlessClosed(() => store.source(key)),
      keep: (key, source) => unlessClosed(() => store.keep(key, source)),
    },
    transport: (request, given) =>
      unlessClosed(() => transport(request, { ...given, signal: AbortSignal.any([given.signal, signal]) })),
  })
  uploader.on((notice) => {
    if (!signal.aborted) onNotice(notice)
  })
  const [found] = how === 'restore' ? await uploader.restore() : []
  const upload = found ?? uploader.add(file)
  const state = upload.getState()
  if (state.status === 'paused' && state.reason === 'file') upload.choose(file)
  return { upload, close: () => closed.abort(new Error('The page is closed')) }
}
