import {
  sharedUploader,
  type Upload,
  type Uploader,
  type UploaderOptions,
  type UploaderState,
  type UploadState,
} from '@chunkwise/client'
import {
  getCurrentInstance,
  markRaw,
  onMounted,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
  type MaybeRefOrGetter,
  type ShallowRef,
} from 'vue'

/** Options of {@link useUploader}: those of an uploader, and two about the component. */
export interface UseUploaderOptions extends UploaderOptions {
  /** Whether what earlier visits left unfinished comes back when the component mounts. Default `true`. */
  readonly restore?: boolean
  /** Called when the component has gone. Default: nothing, uploads go on. To stop them: `(uploader) => uploader.pauseAll()`. */
  readonly onUnmount?: (uploader: Uploader) => void
}

/** What {@link useUploader} gives: an uploader's methods, and its list. */
export interface UseUploader extends Omit<Uploader, 'getState' | 'subscribe'> {
  /** In the order of the queue. Give each to a component of its own that calls {@link useUpload}. */
  readonly uploads: Readonly<ShallowRef<readonly Upload[]>>
  /** The uploader itself, for {@link useUploaderState}. */
  readonly uploader: Uploader
}

/**
 * The uploads of this page to an endpoint. All components with the same endpoint, owner and protocol have the same ones, and they
 * go on when no component shows them. What depends on `uploads` runs anew when the list changes, not while an upload gets on.
 *
 * On a server nothing is touched: the list is empty.
 *
 * @throws TypeError that names an option that is unknown or wrong.
 * @example
 * const { uploads, add } = useUploader({ endpoint: '/api/uploads/' })
 */
export function useUploader({ restore = true, onUnmount, ...options }: UseUploaderOptions): UseUploader {
  const uploader = sharedUploader(options)
  const uploads = shallowRef<readonly Upload[]>([])
  const look = (): void => {
    const { uploads: now } = uploader.getState()
    if (now === uploads.value) return
    // Who keeps one in reactive state must get the upload itself back, not a proxy, which would be another upload.
    for (const upload of now) markRaw(upload)
    uploads.value = now
  }
  const begin = (): void => {
    look()
    if (restore) void uploader.restore()
  }
  // Not before the page that a server has rendered is taken over.
  if (getCurrentInstance()) onMounted(begin)
  else begin()
  const leave = uploader.subscribe(look)
  onScopeDispose(() => {
    leave()
    onUnmount?.(uploader)
  })
  return { ...uploader, uploads, uploader }
}

/**
 * The state of one upload; what depends on it runs anew with each change. Another upload in the ref is followed from then on.
 *
 * @example
 * const state = useUpload(() => props.upload)
 */
export function useUpload(upload: MaybeRefOrGetter<Upload>): Readonly<ShallowRef<UploadState>> {
  return useStateOf(() => toValue(upload))
}

/**
 * All uploads in one value: totals, speed, time left. What depends on it runs anew while anything gets on.
 *
 * @example
 * const { uploader } = useUploader({ endpoint: '/api/uploads/' })
 * const total = useUploaderState(uploader)
 */
export function useUploaderState(uploader: Uploader): Readonly<ShallowRef<UploaderState>> {
  return useStateOf<UploaderState>(() => uploader)
}

/** What has a state and tells when that is another. */
interface Stateful<State> {
  getState(): State
  subscribe(listener: () => void): () => void
}

function useStateOf<State>(source: () => Stateful<State>): ShallowRef<State> {
  const state = shallowRef(source().getState())
  watch(
    source,
    (current, _, onCleanup) => {
      const look = (): void => void (state.value = current.getState())
      look()
      onCleanup(current.subscribe(look))
    },
    { immediate: true, flush: 'sync' },
  )
  return state
}
