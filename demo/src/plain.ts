import type { UploaderState } from '@chunkwise/client'

import { createAnnouncer } from './announcer.ts'
import { census } from './census.ts'
import { connectDropZone } from './drop-zone.ts'
import { find, write } from './element.ts'
import { percent } from './format.ts'
import { createFrames } from './frames.ts'
import { keptOf } from './kept.ts'
import { createNotices } from './notices.ts'
import { readQuery } from './query.ts'
import { showUploads } from './uploads.ts'

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
  const notices = createNotices(find('notices', HTMLElement))
  const welcome = find('welcome', HTMLElement)
  const input = find('files', HTMLInputElement)
  const title = document.title
  const report = (error: unknown): void => notices.show(error instanceof Error ? error.message : String(error))

  const uploads = showUploads({
    ...{ uploader: Chunkwise.createUploader(options), compared: options.checksum !== false },
    ...{ section: find('uploads', HTMLElement), totals: find('totals', HTMLElement), rows: find('rows', HTMLElement) },
    ...{ input, inputOnly, notices, frames: createFrames(), onDraw: draw },
    announcer: createAnnouncer(find('announcer', HTMLElement)),
    kept: (answer) => askKept(answer),
  })

  // Only the demo's own server tells where it keeps a file, and only of what was uploaded to it.
  async function askKept(answer: unknown): ReturnType<typeof keptOf> {
    const address = __KEPT__
    if (address === undefined || location.search.includes('endpoint=')) return undefined
    return keptOf(address, answer).catch((error: unknown) => {
      report(error)
      return undefined
    })
  }

  function draw({ uploads: listed, count, offset, size }: UploaderState): void {
    welcome.hidden = listed.length > 0
    const { sending, waiting } = census(count)
    const next = sending + waiting > 0 ? `${percent(offset, size, false)} % – ${title}` : title
    if (document.title !== next) document.title = next
  }

  write(find('endpoint', HTMLElement), options.endpoint)
  connectDropZone({ input, inputOnly, onFiles: uploads.take, onError: report })
}
