import {
  sharedUploader,
  type Upload,
  type Uploader,
  type UploaderOptions,
  type UploaderState,
  type UploadState,
} from '@chunkwise/client'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'

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
  readonly uploads: readonly Upload[]
  /** The uploader itself, for {@link useUploaderState}. */
  readonly uploader: Uploader
}

// What a server renders, and the first rendering in a browser must repeat.
const onServer: UploaderState = {
  ...{ uploads: [], size: 0, offset: 0, sent: 0, speed: undefined, timeLeft: undefined, count: {} },
}

/**
 * The uploads of this page to an endpoint. All components with the same endpoint, owner and protocol have the same ones, and they
 * go on when no component shows them. The component renders anew when the list changes, not while an upload gets on.
 *
 * On a server nothing is touched: the list is empty.
 *
 * @throws TypeError that names an option that is unknown or wrong.
 * @example
 * const { uploads, add } = useUploader({ endpoint: '/api/uploads/' })
 */
export function useUploader({ restore = true, onUnmount, ...options }: UseUploaderOptions): UseUploader {
  const uploader = sharedUploader(options)
  const uploads = useSyncExternalStore(
    uploader.subscribe,
    () => uploader.getState().uploads,
    () => onServer.uploads,
  )
  useEffect(() => {
    if (restore) void uploader.restore()
  }, [uploader, restore])

  const leave = useRef(onUnmount)
  useEffect(() => void (leave.current = onUnmount), [onUnmount])
  const mounted = useRef(0)
  useEffect(() => {
    mounted.current += 1
    return () => {
      mounted.current -= 1
      // StrictMode mounts a component twice in one go.
      queueMicrotask(() => {
        if (mounted.current === 0) leave.current?.(uploader)
      })
    }
  }, [uploader])

  return useMemo(() => ({ ...uploader, uploads, uploader }), [uploader, uploads])
}

/**
 * The state of one upload; the component renders anew with each change of it.
 *
 * @example
 * const { status, sent, size } = useUpload(upload)
 */
export const useUpload = (upload: Upload): UploadState =>
  useSyncExternalStore(upload.subscribe, upload.getState, upload.getState)

/**
 * All uploads in one value: totals, speed, time left. The component renders anew while anything gets on.
 *
 * @example
 * const { sent, size } = useUploaderState(useUploader({ endpoint: '/api/uploads/' }).uploader)
 */
export const useUploaderState = (uploader: Uploader): UploaderState =>
  useSyncExternalStore(uploader.subscribe, uploader.getState, () => onServer)
