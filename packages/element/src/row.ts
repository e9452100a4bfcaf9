import type { Upload } from '@chunkwise/client'
import type { Announcer } from './announcer.ts'
import { createChunkMap } from './chunk-map.ts'
import { create, mark, write } from './create.ts'
import { percent, type Figures } from './figures.ts'
import { isOver } from './form-value.ts'
import { newsOf, type Told } from './news.ts'
import type { Action, ListTexts, Standing } from './texts/texts.ts'
import { callOf, detailOf, standingOf, type Circumstances } from './words.ts'

/** What all rows share. */
export interface RowTools {
  readonly texts: ListTexts
  readonly figures: Figures
  readonly announce: Announcer
  /** Draws a row in the next frame. */
  request(draw: () => void): void
  /** Whether the keyboard is there. */
  isFocused(element: Element): boolean
  onAction(upload: Upload, action: Action): void
}

/** One upload on the list. */
export interface Row {
  readonly element: HTMLLIElement
  draw(): void
  close(): void
}

type Tone = 'quiet' | 'busy' | 'hold' | 'good' | 'bad'

/** How it feels to stand there: it colours the row. */
const tones: Readonly<Partial<Record<Standing, Tone>>> = {
  ...{ idle: 'quiet', queued: 'quiet', cancelled: 'quiet', completed: 'good', failed: 'bad', waiting: 'hold' },
  ...{ paused: 'hold', signedOut: 'hold', fileNeeded: 'hold', permissionNeeded: 'hold', otherTab: 'hold' },
}

let rows = 0

/** @param restored whether it comes from an earlier visit, so that only its record is here. */
export function createRow(upload: Upload, restored: boolean, tools: RowTools): Row {
  const { texts, figures, announce, request, isFocused, onAction } = tools
  const id = `upload-${(rows += 1)}`
  // Amounts and names keep their own direction in a page of the other.
  const name = create('bdi', { id })
  const word = create('b', { part: 'status' })
  const detail = create('bdi', { part: 'detail' })
  const sent = create('i', { part: 'sent' })
  const confirmed = create('i', { part: 'confirmed' })
  const bar = create(
    'div',
    {
      part: 'bar',
      class: 'bar',
      role: 'progressbar',
      'aria-labelledby': id,
      'aria-valuemin': '0',
      'aria-valuemax': '100',
    },
    ...[sent, confirmed],
  )
  const amount = create('bdi')
  const first = createButton(id, (action) => onAction(upload, action))
  const second = createButton(id, (action) => onAction(upload, action))
  const map = createChunkMap()
  const legend = create('bdi')
  const summary = create('summary', { part: 'summary', 'aria-describedby': id }, texts.details)
  const details = create('details', { part: 'details' }, summary, map.element, create('p', { part: 'legend' }, legend))
  const element = create(
    'li',
    {},
    create('p', { part: 'name', class: 'name' }, name),
    create('div', { part: 'actions', class: 'actions' }, first.element, second.element),
    create('p', { class: 'status' }, word, ' ', detail),
    create('div', { class: 'progress' }, bar, create('p', { part: 'amount', class: 'amount' }, amount)),
    details,
  )

  const before = upload.getState()
  let status = before.status
  let since = performance.now()
  let fileAtHand = !restored
  let earlier = before.offset
  let told: Told = { standing: '', quarter: before.size === 0 ? 0 : Math.floor((before.offset / before.size) * 4) }
  let timer = 0

  function draw(): void {
    const state = upload.getState()
    const { size, offset } = state
    if (state.status !== status) since = performance.now()
    status = state.status
    if (status === 'uploading') fileAtHand = true
    earlier = Math.min(earlier, offset)
    const { resumability } = upload
    const circumstances: Circumstances = { resumability, fileAtHand, waited: performance.now() - since }
    const standing = standingOf(state, circumstances)
    const more = detailOf(state, circumstances, texts, figures)
    const done = status === 'completed'
    const whole = percent(offset, size, done)
    const part = (bytes: number): number => (done ? 1 : size === 0 ? 0 : bytes / size)
    write(name, upload.name)
    write(word, texts.standings[standing])
    write(detail, more)
    const amounts = done ? figures.bytes(size) : texts.amount(figures.bytes(offset), figures.bytes(size))
    write(amount, `${amounts} · ${figures.percent(whole)}`)
    mark(bar, 'aria-valuenow', String(whole))
    mark(bar, 'aria-valuetext', `${figures.percent(whole)}, ${amounts}`)
    fill(sent, part(state.sent))
    fill(confirmed, part(offset))
    mark(element, 'part', `upload ${state.status}`)
    mark(element, 'data-tone', tones[standing] ?? 'busy')
    drawActions(callOf(state, circumstances), isOver(state))
    drawDetails()
    const news = newsOf(state, standing, told)
    told = news.told
    if (news.news === 'quarter') say(texts.sent(figures.percent(told.quarter * 25)))
    // The pace is stale before it is spoken, and so is a countdown.
    if (news.news === 'standing')
      say([texts.standings[standing], status === 'uploading' ? '' : more.split(';')[0]].filter(Boolean).join(', '))
    clearTimeout(timer)
    if (status === 'waiting') timer = window.setTimeout(request, 1000, draw)
  }

  const say = (text: string): void => announce(upload, { name: upload.name, text })

  // The two stay the same elements while their meaning changes, so that who uses the keyboard keeps the place.
  function drawActions(call: Action | undefined, over: boolean): void {
    second.draw(over ? 'remove' : 'cancel', texts)
    const focused = isFocused(first.element)
    first.element.hidden = call === undefined
    if (call) first.draw(call, texts)
    else if (focused) second.element.focus()
  }

  function drawDetails(): void {
    if (!details.open) return
    const { size, offset, sent } = upload.getState()
    map.draw({ size, earlier, sent, offset })
    write(legend, texts.legend(figures.bytes(offset), figures.bytes(sent - offset), figures.bytes(size - sent)))
  }

  details.addEventListener('toggle', drawDetails)
  draw()
  return {
    element,
    draw,
    close() {
      clearTimeout(timer)
      element.remove()
    },
  }
}

function createButton(label: string, onAction: (action: Action) => void) {
  const element = create('button', { type: 'button', 'aria-describedby': label })
  let action: Action | undefined
  element.addEventListener('click', () => {
    if (action) onAction(action)
  })
  return {
    element,
    draw(next: Action, texts: ListTexts) {
      action = next
      mark(element, 'part', `button ${next}`)
      mark(element, 'data-action', next)
      write(element, texts.actions[next])
    },
  }
}

// By transform: a width would lay out the page again for each chunk.
function fill(layer: HTMLElement, part: number): void {
  const transform = `scaleX(${part.toFixed(4)})`
  if (layer.style.transform !== transform) layer.style.transform = transform
}
