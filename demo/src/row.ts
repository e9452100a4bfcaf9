import type { Upload, UploadState } from '@chunkwise/client'

import type { Announcer } from './announcer.ts'
import { createDetails, type Details } from './details.ts'
import { create, freshId, mark, write } from './element.ts'
import { badgeOf, showName } from './file-name.ts'
import type { Frames } from './frames.ts'
import type { Kept } from './kept.ts'
import { newsOf, type Told } from './news.ts'
import { read, type Pace } from './pace.ts'
import { createProgressBar } from './progress-bar.ts'
import { createRowActions, type Action } from './row-actions.ts'
import { amountOf, labelsOf, progressOf } from './row-view.ts'
import { callOf, describe, type Circumstances } from './words.ts'

export interface RowOptions {
  readonly upload: Upload
  /** Whether it comes from an earlier visit, so that only its record is here. */
  readonly restored: boolean
  readonly frames: Frames
  readonly announcer: Announcer
  /** Whether the server compares a checksum. */
  readonly compared: boolean
  onAction(upload: Upload, action: Action): void
  /** Where the server keeps the finished file, if it tells. */
  kept(answer: unknown): Promise<Kept | undefined>
}

/** One upload on the page. */
export interface Row {
  readonly upload: Upload
  readonly element: HTMLLIElement
  /** Shows or hides chunk map, speed curve and facts. */
  open(open: boolean): void
  /** Called at even intervals: takes a reading of the speed, and counts down. */
  tick(): void
  close(): void
}

const ended: ReadonlySet<UploadState['status']> = new Set(['completed', 'cancelled', 'failed'])
const counting: ReadonlySet<UploadState['status']> = new Set(['creating', 'uploading', 'recovering', 'completing'])

export function createRow({ upload, restored, frames, announcer, compared, ...options }: RowOptions): Row {
  const { onAction, kept: askKept } = options
  const [nameId, statusId, detailsId] = [freshId('name'), freshId('status'), freshId('details')]
  const badge = create('span', { class: 'badge', 'aria-hidden': 'true' })
  const name = create('p', { class: 'name', id: nameId })
  const status = create('b', { class: 'word' })
  const detail = create('span', { class: 'detail' })
  const amount = create('p', { class: 'amount' })
  const share = create('p', { class: 'percent' })
  const bar = createProgressBar(nameId)
  const actions = createRowActions(nameId, detailsId, (action) => onAction(upload, action))
  const group = create(
    'div',
    { class: 'row-body', role: 'group', 'aria-labelledby': nameId, 'aria-describedby': statusId },
    badge,
    name,
    create('p', { class: 'status', id: statusId }, status, ' ', detail),
    actions.element,
    bar.element,
    amount,
    share,
  )
  const element = create('li', { class: 'row' }, group)

  let details: Details | undefined
  let before = upload.getState()
  let since = performance.now()
  let fileAtHand = !restored
  let begun = false
  let earlier = before.offset
  let pace: Pace = []
  let counted = before.sent
  let told: Told = { status: '', quarter: before.size === 0 ? 0 : Math.floor((before.offset / before.size) * 4) }
  let kept: Promise<void> | undefined
  let facts: Kept | undefined
  let shownName: string | undefined

  function draw(): void {
    const state = upload.getState()
    if (state.status !== before.status) since = performance.now()
    if (state.status === 'uploading') fileAtHand = true
    before = state
    follow(state)
    const circumstances: Circumstances = {
      ...{ resumability: upload.resumability, fileAtHand, compared, waited: performance.now() - since },
    }
    const words = describe(state, circumstances)
    const news = newsOf(state, words, told)
    told = news.told
    if (news.text) announcer.say(upload, { name: upload.name, text: news.text })

    if (state.status === 'completed') kept ??= ask(state.answer)
    if (upload.name !== shownName) {
      showName(name, upload.name)
      write(badge, badgeOf(upload.name))
      shownName = upload.name
    }
    write(status, words.status)
    write(detail, words.detail)
    write(amount, amountOf(state))
    write(share, `${progressOf(state).percent} %`)
    bar.draw(progressOf(state))
    const call = callOf(state, circumstances)
    actions.draw(call, call === undefined && ended.has(state.status), facts?.href)
    mark(element, 'data-tone', words.tone)
    for (const [name, value] of Object.entries(labelsOf(upload, state))) mark(element, name, value)
    drawDetails(state)
  }

  // What was there before this visit is known once the server has been asked; after that it can only shrink.
  function follow({ status: now, offset }: UploadState): void {
    if (!begun) {
      earlier = offset
      begun = now === 'uploading' || now === 'completing' || now === 'creating'
    }
    earlier = Math.min(earlier, offset)
  }

  async function ask(answer: unknown): Promise<void> {
    facts = await askKept(answer)
    frames.request(draw)
  }

  function drawDetails(state: UploadState): void {
    const { size, offset, sent } = state
    details?.draw({ state, map: { size, earlier, offset, sent }, pace, resumability: upload.resumability, kept: facts })
  }

  const row: Row = {
    upload,
    element,
    open(open) {
      mark(actions.disclosure, 'aria-expanded', String(open))
      if (!open) {
        details?.close()
        details = undefined
        return
      }
      if (details) return
      details = createDetails(detailsId, () => frames.request(draw))
      group.append(details.element)
      drawDetails(upload.getState())
    },
    tick() {
      const state = upload.getState()
      if (counting.has(state.status)) {
        pace = read(pace, state.sent - counted)
        drawDetails(state)
      }
      counted = state.sent
      if (state.status === 'waiting') frames.request(draw)
    },
    close() {
      details?.close()
      unsubscribe()
      element.remove()
    },
  }
  const unsubscribe = upload.subscribe(() => frames.request(draw))
  actions.disclosure.addEventListener('click', () => row.open(details === undefined))
  draw()
  return row
}
