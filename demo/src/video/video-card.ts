import type { HostedVideo } from '@chunkwise/client'

import type { Announcer } from '../announcer.ts'
import { create, freshId, mark, write } from '../element.ts'
import { fillFacts } from '../facts.ts'
import { badgeOf, showName } from '../file-name.ts'
import { bytes } from '../format.ts'
import { icon } from '../icons.ts'
import { createProgressBar } from '../progress-bar.ts'
import type { ListedVideo } from './gateway.ts'
import { describeVideo, factsOfVideo, processingOf } from './video-words.ts'

export interface VideoCardOptions {
  readonly video: ListedVideo
  readonly announcer: Announcer
  onDelete(): void
}

/** One video on the page, in the shape of an upload's row. */
export interface VideoCard {
  readonly title: string
  readonly element: HTMLLIElement
  draw(video: HostedVideo): void
  /** Says that nobody tells how it stands now. */
  lose(): void
  /** Whether it may be deleted: what a row still sends is cancelled there. */
  allowDeletion(allowed: boolean): void
}

export function createVideoCard({ video, announcer, onDelete }: VideoCardOptions): VideoCard {
  const title = video.metadata['filename'] ?? video.id
  const [nameId, statusId] = [freshId('video'), freshId('video-status')]
  const name = create('p', { class: 'name', id: nameId })
  const status = create('b', { class: 'word' })
  const detail = create('span', { class: 'detail' })
  const share = create('p', { class: 'percent' })
  const bar = createProgressBar(nameId)
  const facts = create('dl', { class: 'facts' })
  const remove = create('button', { type: 'button', class: 'button end', 'aria-describedby': nameId }, 'Delete')
  remove.prepend(icon('cancel'))
  remove.addEventListener('click', onDelete)
  const element = create(
    'li',
    { class: 'row video' },
    create(
      'div',
      { class: 'row-body', role: 'group', 'aria-labelledby': nameId, 'aria-describedby': statusId },
      create('span', { class: 'badge', 'aria-hidden': 'true' }, badgeOf(title)),
      name,
      create('p', { class: 'status', id: statusId }, status, ' ', detail),
      create('div', { class: 'actions' }, remove),
      bar.element,
      share,
      create('div', { class: 'video-facts' }, facts),
    ),
  )
  showName(name, title)

  // What stood there before this visit is no news.
  let told: string | undefined

  function draw(current: HostedVideo): void {
    const words = describeVideo(current)
    const progress = processingOf(current)
    write(status, words.status)
    write(detail, words.detail)
    for (const part of [share, bar.element]) part.toggleAttribute('hidden', !progress)
    if (progress) {
      write(share, `${progress.percent} %`)
      bar.draw(progress)
    }
    fillFacts(facts, [['Size', bytes(video.size)], ...factsOfVideo(current)])
    const labels = { 'data-testid': 'video', 'data-name': title, 'data-state': current.state, 'data-tone': words.tone }
    for (const [label, value] of Object.entries(labels)) mark(element, label, value)
    if (told !== undefined && told !== current.state)
      announcer.say(element, { name: title, text: `${words.status}, ${words.detail}` })
    told = current.state
  }

  draw(video)
  return {
    ...{ title, element, draw },
    lose: () => write(detail, 'Nobody tells how it stands now: reload the page to ask again'),
    allowDeletion: (allowed) => remove.toggleAttribute('hidden', !allowed),
  }
}
