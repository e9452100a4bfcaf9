import { createUploader } from './create-uploader.ts'
import type { UploadError } from './errors.ts'
import type { UploaderOptions } from './options.ts'
import type { Uploader, UploaderState } from './uploader.ts'

interface Shared {
  readonly uploader: Uploader
  /** As they were given last. */
  options: UploaderOptions
}

const known = new Map<string, Shared>()

/**
 * The uploader of this page for an endpoint, an owner and a protocol: made at the first call, and the same at each later one, so
 * that a component that comes back finds its uploads, and two that show the same ones share them. Functions among the options
 * (`headers`, `metadata`, `onUnauthorized`) are those of the last call; everything else is as the first call has it.
 *
 * Where there is no page, as on a server that renders one, it is an uploader that has no uploads and takes none.
 *
 * @throws TypeError as `createUploader` does.
 * @example
 * const uploader = sharedUploader({ endpoint: '/api/uploads/' })
 */
export function sharedUploader(options: UploaderOptions): Uploader {
  if (typeof document === 'undefined') return without
  const key = JSON.stringify([options.endpoint, options.owner ?? '', options.protocol?.name ?? 'drf-chunked-upload'])
  const before = known.get(key)
  if (before) {
    before.options = options
    return before.uploader
  }
  const shared: Shared = { uploader: createUploader(inTouch(options, () => shared.options)), options }
  known.set(key, shared)
  return shared.uploader
}

// The options with each function among them replaced by one that calls what stands in its place by then.
function inTouch(options: UploaderOptions, latest: () => UploaderOptions): UploaderOptions {
  return {
    ...options,
    ...(typeof options.headers === 'function' && {
      headers() {
        const { headers = {} } = latest()
        return typeof headers === 'function' ? headers() : headers
      },
    }),
    ...(typeof options.metadata === 'function' && {
      metadata(file: File) {
        const { metadata = {} } = latest()
        return typeof metadata === 'function' ? metadata(file) : metadata
      },
    }),
    ...(options.onUnauthorized && {
      onUnauthorized: async (error: UploadError) => latest().onUnauthorized?.(error),
    }),
  }
}

const nothing: UploaderState = {
  ...{ uploads: [], size: 0, offset: 0, sent: 0, speed: undefined, timeLeft: undefined, count: {} },
}
const ignore = (): void => {}

/** The uploader of no page. */
const without: Uploader = {
  add() {
    throw new TypeError('Cannot add: there is no page here; add files in a handler or an effect')
  },
  restore: () => Promise.resolve([]),
  getState: () => nothing,
  subscribe: () => ignore,
  on: () => ignore,
  ...{ pauseAll: ignore, resumeAll: ignore, move: ignore, remove: ignore },
}
