import type { Upload, UploadNotice } from '@chunkwise/client'

import { createAnnouncer } from './announcer.ts'
import { census } from './census.ts'
import { chooseOne } from './choose-again.ts'
import type { Chosen } from './chosen-files.ts'
import { connectDropZone } from './drop-zone.ts'
import { find, write } from './element.ts'
import { bytes, percent } from './format.ts'
import { createFrames } from './frames.ts'
import { keptOf } from './kept.ts'
import { createNotices } from './notices.ts'
import { readQuery } from './query.ts'
import type { Action } from './row-actions.ts'
import { createRowList } from './row-list.ts'
import { createTotals } from './totals.ts'

const alert = find('alert', HTMLElement)

try {
  begin()
} catch (error) {
  // A wrong option in the address, or the script tag's file is missing: nothing on this page would work.
  alert.hidden = false
  write(alert, error instanceof Error ? error.message : String(error))
}

function begin(): void {
  if (!('Chunkwise' in globalThis)) throw new Error('Cannot upload: /chunkwise.global.js did not load')
  const { options, picker } = readQuery(location.search)
  const inputOnly = picker === 'input'
  const uploader = Chunkwise.createUploader(options)
  const frames = createFrames()
  const notices = createNotices(find('notices', HTMLElement))
  const section = find('uploads', HTMLElement)
  const welcome = find('welcome', HTMLElement)
  const input = find('files', HTMLInputElement)
  const totals = createTotals(find('totals', HTMLElement), uploader)
  const earlier = new Set<Upload>()
  const title = document.title
  const report = (error: unknown): void => notices.show(error instanceof Error ? error.message : String(error))

  const list = createRowList({
    ...{ container: find('rows', HTMLElement), uploader, frames },
    announcer: createAnnouncer(find('announcer', HTMLElement)),
    restored: (upload) => earlier.has(upload),
    onAction: (upload, action) => void act(upload, action).catch(report),
    kept: (answer) => askKept(answer),
  })

  async function act(upload: Upload, action: Action): Promise<void> {
    if (action === 'Pause') return upload.pause()
    if (action === 'Resume') return upload.getState().status === 'idle' ? upload.start() : upload.resume()
    if (action === 'Retry') return upload.retry()
    if (action === 'Remove') return uploader.remove(upload)
    if (action === 'Choose the file again') {
      const file = await chooseOne(inputOnly)
      if (file) upload.choose(file)
      return
    }
    const dropped = await upload.cancel()
    if (!dropped) notices.show(`“${upload.name}” is cancelled; the server keeps what it has until that expires.`)
  }

  // Only the demo's own server tells where it keeps a file, and only of what was uploaded to it.
  async function askKept(answer: unknown): ReturnType<typeof keptOf> {
    const address = __KEPT__
    if (address === undefined || location.search.includes('endpoint=')) return undefined
    return keptOf(address, answer).catch((error: unknown) => {
      report(error)
      return undefined
    })
  }

  function take(files: readonly Chosen[]): void {
    const uploads = files.map((file) => uploader.add(file))
    draw()
    const first = uploads[0]
    if (first) list.show(first)
  }

  function draw(): void {
    const state = uploader.getState()
    const empty = state.uploads.length === 0
    // What had the focus is about to go: the next thing to do is to choose a file.
    if (empty && section.contains(document.activeElement)) input.focus()
    section.hidden = empty
    welcome.hidden = !empty
    list.follow(state.uploads)
    totals.draw(state)
    const { sending, waiting } = census(state.count)
    const next = sending + waiting > 0 ? `${percent(state.offset, state.size, false)} % – ${title}` : title
    if (document.title !== next) document.title = next
  }

  write(find('endpoint', HTMLElement), options.endpoint)
  uploader.subscribe(draw)
  uploader.on((notice) => {
    const text = wordsOf(notice)
    if (text) notices.show(text)
  })
  connectDropZone({ input, inputOnly, onFiles: take, onError: report })
  uploader
    .restore()
    .then((uploads) => {
      for (const upload of uploads) earlier.add(upload)
      draw()
    })
    .catch(report)
}

function wordsOf(notice: UploadNotice): string {
  switch (notice.type) {
    case 'restarted':
      return `“${notice.upload.name}” begins again: the server no longer had it.`
    case 'rewound':
      return `“${notice.upload.name}” goes on from ${bytes(notice.to)}: the server had lost what came after.`
    case 'network-blocked':
      return 'Something in between answers instead of the server: perhaps this network wants you to sign in.'
    case 'not-persistent':
      return 'This browser remembers nothing here: uploads go on, but not after a reload. A private window does that.'
  }
}
