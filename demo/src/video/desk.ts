import {
  cloudflareStream,
  createUploader,
  hostedVideo,
  tus,
  type Protocol,
  type Upload,
  type UploaderState,
} from '@chunkwise/client'

import type { Announcer } from '../announcer.ts'
import type { Chosen } from '../chosen-files.ts'
import { create, freshId } from '../element.ts'
import type { Frames } from '../frames.ts'
import type { Notices } from '../notices.ts'
import type { Query } from '../query.ts'
import { showUploads } from '../uploads.ts'
import type { Choice } from './choice.ts'
import { connectGateway } from './gateway.ts'
import type { HostName, Person } from './hosts.ts'
import { stageOf, type Stage } from './stage.ts'
import { showVideos } from './videos.ts'

export interface DeskOptions extends Choice {
  /** Where it puts what it shows. */
  readonly place: HTMLElement
  readonly input: HTMLInputElement
  readonly query: Query
  readonly frames: Frames
  readonly announcer: Announcer
  readonly notices: Notices
}

/** What one person has to do with one host: uploads and videos. It goes on while another one is shown. */
export interface Desk {
  readonly element: HTMLElement
  readonly endpoint: string
  take(files: readonly Chosen[]): void
}

const protocols: Readonly<Record<HostName, () => Protocol>> = {
  // The browser sends straight to the host, which has rules for chunks.
  cloudflare: () => hostedVideo(tus(cloudflareStream)),
  // The bytes go through the gateway, since the host wants its key with each request.
  arvan: () => hostedVideo(tus()),
}

const titles: Readonly<Record<HostName, string>> = { cloudflare: 'Cloudflare Stream', arvan: 'ArvanCloud' }
const names: Readonly<Record<Person, string>> = { ada: 'Ada', grace: 'Grace' }

export function openDesk({ host, as, place, query, ...around }: DeskOptions): Desk {
  const { notices, announcer } = around
  const gateway = connectGateway(host, as)
  const { endpoint, headers } = gateway
  const own = { endpoint, headers, owner: as, protocol: protocols[host](), checksum: false } as const
  const uploader = createUploader({ ...query.options, ...own })

  const totals = create('div', { class: 'totals' })
  const rows = create('ul', { class: 'rows' })
  const section = create('section', { 'aria-label': 'Uploads', hidden: '' }, totals, rows)
  const titleId = freshId('videos-title')
  const list = create('ul', { class: 'rows', 'aria-busy': 'true' })
  const nothing = create('p', { class: 'quiet', tabindex: '-1' }, 'None yet')
  const videosSection = create(
    'section',
    { class: 'videos', 'aria-labelledby': titleId },
    create('h2', { id: titleId }, `Videos of ${names[as]} at ${titles[host]}`),
    nothing,
    list,
  )
  const element = create('div', { class: 'desk' }, section, videosSection)
  place.append(element)

  const videos = showVideos({ list, nothing, gateway, announcer, notices })
  const known = new WeakMap<Upload, Stage>()

  function draw({ uploads, count }: UploaderState): void {
    const { completed = 0, cancelled = 0, failed = 0 } = count
    videos.setUploading(uploads.length > completed + cancelled + failed)
    let news = false
    for (const upload of uploads) {
      const stage = stageOf(upload.getState())
      if (stage === undefined || stage === known.get(upload)) continue
      known.set(upload, stage)
      news = true
    }
    if (news) videos.look()
  }

  const uploads = showUploads({
    ...{ ...around, uploader, section, totals, rows, compared: false, onDraw: draw },
    inputOnly: query.picker === 'input',
    // Fake hosts keep nothing.
    kept: async () => undefined,
  })
  // It begins once more, as another video.
  uploader.on((notice) => {
    if (notice.type === 'restarted') known.delete(notice.upload)
  })
  videos.look()
  return { element, endpoint, take: uploads.take }
}
