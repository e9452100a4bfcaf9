import type { Upload, Uploader, UploaderState } from '@chunkwise/client'

import { actOn } from './act-on.ts'
import type { Announcer } from './announcer.ts'
import type { Chosen } from './chosen-files.ts'
import type { Frames } from './frames.ts'
import { noticeWords } from './notice-words.ts'
import type { Notices } from './notices.ts'
import { createRowList, type RowListOptions } from './row-list.ts'
import { createTotals } from './totals.ts'

export interface UploadsOptions extends Pick<RowListOptions, 'kept' | 'compared'> {
  readonly uploader: Uploader
  /** Hidden while there is no upload. */
  readonly section: HTMLElement
  readonly totals: HTMLElement
  readonly rows: HTMLElement
  /** Gets the focus when what had it goes. */
  readonly input: HTMLInputElement
  readonly frames: Frames
  readonly announcer: Announcer
  readonly notices: Notices
  readonly inputOnly: boolean
  /** Called after each drawing, for what else a page shows. */
  onDraw(state: UploaderState): void
}

/** The uploads of an uploader on a page: those of earlier visits, and those of {@link Uploads.take}. */
export interface Uploads {
  /** Uploads files, and brings the first of them into view. */
  take(files: readonly Chosen[]): void
}

export function showUploads(options: UploadsOptions): Uploads {
  const { uploader, section, input, frames, announcer, notices, inputOnly, kept, compared, onDraw } = options
  const totals = createTotals(options.totals, uploader)
  const earlier = new Set<Upload>()
  const report = (error: unknown): void => notices.show(error instanceof Error ? error.message : String(error))

  const list = createRowList({
    ...{ container: options.rows, uploader, frames, announcer, kept, compared },
    restored: (upload) => earlier.has(upload),
    onAction: (upload, action) => void actOn(upload, action, { uploader, notices, inputOnly }).catch(report),
  })

  function draw(): void {
    const state = uploader.getState()
    const empty = state.uploads.length === 0
    // What had the focus is about to go: the next thing to do is to choose a file.
    if (empty && section.contains(document.activeElement)) input.focus()
    section.hidden = empty
    list.follow(state.uploads)
    totals.draw(state)
    onDraw(state)
  }

  uploader.subscribe(draw)
  uploader.on((notice) => {
    const text = noticeWords(notice)
    if (text) notices.show(text)
  })
  uploader
    .restore()
    .then((uploads) => {
      for (const upload of uploads) earlier.add(upload)
      draw()
    })
    .catch(report)

  return {
    take(files) {
      const uploads = files.map((file) => uploader.add(file))
      draw()
      const first = uploads[0]
      if (first) list.show(first)
    },
  }
}
