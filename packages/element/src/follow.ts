import type { Upload, Uploader, UploadNotice, UploadState } from '@chunkwise/client'

/** What is told of the uploads of an uploader. */
export interface Follower {
  onAdded(upload: Upload): void
  onChange(upload: Upload, state: UploadState, before: UploadState): void
  onRemoved(upload: Upload): void
  /** After uploads were added or removed. */
  onList(uploads: readonly Upload[]): void
  onNotice(notice: UploadNotice): void
  onError(error: unknown): void
}

/** Uploads that are followed until it ends. */
export interface Following {
  readonly uploader: Uploader
  /** Sees now what the uploader tells a moment later. */
  look(): void
  end(): void
}

/** Follows all uploads of an uploader, what earlier visits left included: `restored` is told which those are. */
export function followUploader(uploader: Uploader, follower: Follower, restored: WeakSet<Upload>): Following {
  const followed = new Map<Upload, () => void>()
  let listed: readonly Upload[] = []

  function look(): void {
    const { uploads } = uploader.getState()
    // Another array only if the list is another.
    if (uploads === listed) return
    listed = uploads
    const still = new Set(uploads)
    for (const upload of [...followed.keys()]) if (!still.has(upload)) drop(upload)
    for (const upload of uploads) if (!followed.has(upload)) take(upload)
    follower.onList(uploads)
  }

  function take(upload: Upload): void {
    let before = upload.getState()
    const unsubscribe = upload.subscribe((state) => {
      const former = before
      before = state
      follower.onChange(upload, state, former)
    })
    followed.set(upload, unsubscribe)
    follower.onAdded(upload)
  }

  function drop(upload: Upload): void {
    followed.get(upload)?.()
    followed.delete(upload)
    follower.onRemoved(upload)
  }

  const stops = [uploader.subscribe(look), uploader.on(follower.onNotice)]
  let ended = false
  uploader
    .restore()
    .then((uploads) => {
      for (const upload of uploads) restored.add(upload)
      if (!ended) look()
    })
    .catch(follower.onError)

  return {
    uploader,
    look,
    end() {
      ended = true
      for (const stop of [...stops, ...followed.values()]) stop()
    },
  }
}
