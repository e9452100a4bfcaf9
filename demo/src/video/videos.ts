import { followVideo, UploadError, type HostedVideo } from '@chunkwise/client'

import type { Announcer } from '../announcer.ts'
import type { Notices } from '../notices.ts'
import type { GatewayClient, ListedVideo } from './gateway.ts'
import { createVideoCard, type VideoCard } from './video-card.ts'

export interface VideosOptions {
  readonly list: HTMLElement
  /** Shown while there is no video. */
  readonly nothing: HTMLElement
  readonly gateway: GatewayClient
  readonly announcer: Announcer
  readonly notices: Notices
}

/** A person's videos at a host; those that are under way are followed to their end. */
export interface Videos {
  /** Asks the gateway which there are, and follows anew what is under way: after something has happened to one. */
  look(): void
  /** Whether an upload is unfinished on this page: then what its host still waits for is not deleted here. */
  setUploading(uploading: boolean): void
}

interface Shown {
  readonly card: VideoCard
  state: string
  /** Ends the following. */
  stop: AbortController
}

const isPending = (state: string): boolean => state === 'created' || state === 'uploading'
const isOver = (state: string): boolean => ['ready', 'failed', 'expired'].includes(state)

export function showVideos({ list, nothing, gateway, announcer, notices }: VideosOptions): Videos {
  const shown = new Map<string, Shown>()
  let uploading = false
  let asked = 0
  const report = (error: unknown): void => notices.show(error instanceof Error ? error.message : String(error))

  async function look(): Promise<void> {
    const turn = (asked += 1)
    const videos = await gateway.list().finally(() => list.setAttribute('aria-busy', 'false'))
    // A later answer knows better.
    if (turn !== asked) return
    const still = new Set(videos.map(({ id }) => id))
    for (const id of [...shown.keys()]) if (!still.has(id)) drop(id)
    // Newest first: each goes before those that were there.
    for (const video of videos.toReversed()) if (!shown.has(video.id)) show(video)
    for (const video of videos) if (!isOver(video.state)) follow(video.id)
    nothing.hidden = shown.size > 0
  }

  function show(video: ListedVideo): void {
    const { id, state } = video
    const card = createVideoCard({ video, announcer, onDelete: () => void remove(id).catch(report) })
    shown.set(id, { card, state, stop: new AbortController() })
    list.prepend(card.element)
    allow()
  }

  function follow(id: string): void {
    const one = shown.get(id)
    if (!one) return
    one.stop.abort()
    const { signal } = (one.stop = new AbortController())
    const onChange = (video: HostedVideo): void => {
      one.state = video.state
      one.card.draw(video)
      allow()
    }
    followVideo(gateway.address(id), { signal, onChange, headers: () => gateway.headers }).catch((error: unknown) => {
      if (signal.aborted) return
      // That it has failed, its card says already.
      if (!(error instanceof UploadError) || error.code === 'refused') return
      if (error.code !== 'gone') return one.card.lose()
      // Of an upload its own row tells.
      if (!isPending(one.state)) notices.show(`“${one.card.title}” is gone: the host does not know it any more.`)
      drop(id)
    })
  }

  async function remove(id: string): Promise<void> {
    await gateway.remove(id)
    drop(id)
  }

  function drop(id: string): void {
    const one = shown.get(id)
    if (!one) return
    const { element } = one.card
    const focused = element.contains(document.activeElement)
    const neighbour = element.nextElementSibling ?? element.previousElementSibling
    one.stop.abort()
    element.remove()
    shown.delete(id)
    nothing.hidden = shown.size > 0
    if (!focused) return
    // Focus must not fall to the top of the page with the button that had it.
    const next = neighbour?.querySelector<HTMLElement>('button:not([hidden])') ?? nothing
    next.focus()
  }

  function allow(): void {
    for (const { card, state } of shown.values()) card.allowDeletion(!uploading || !isPending(state))
  }

  return {
    look: () => void look().catch(report),
    setUploading(now) {
      if (now === uploading) return
      uploading = now
      allow()
    },
  }
}
