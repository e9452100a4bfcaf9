import { create, mark, write } from '../element.ts'
import { barsInWords, barsOf, type Bar } from './bars.ts'
import type { LabRequest } from './state.ts'

export interface Timeline {
  draw(requests: readonly LabRequest[], now: number): void
}

const space = 'http://www.w3.org/2000/svg'

// In CSS pixels.
const narrow = 560
const [nameWidth, rangeWidth, outcomeWidth] = [96, 140, 150]
const barHeight = 10
const least = 2

/**
 * The requests as a picture: each a bar from its begin to its end, below the one before it.
 *
 * @param container scrolls, so that the picture may be higher than its place
 */
export function createTimeline(container: HTMLElement): Timeline {
  const svg = element('svg', { role: 'img', 'aria-label': barsInWords([]) })
  container.append(svg)
  let drawn: { readonly requests: readonly LabRequest[]; readonly now: number } = { requests: [], now: 0 }
  new ResizeObserver(() => draw()).observe(container)

  function draw(): void {
    const { requests, now } = drawn
    const width = svg.clientWidth
    const bars = barsOf(requests, now)
    const rowHeight = width < narrow ? 38 : 24
    // Who has scrolled up to look at something is not pulled away from it.
    const atEnd = container.scrollTop + container.clientHeight >= container.scrollHeight - rowHeight
    svg.setAttribute('height', String(bars.length * rowHeight))
    mark(svg, 'aria-label', barsInWords(requests))
    svg.replaceChildren(...bars.map((bar, index) => row(bar, index * rowHeight, width)))
    if (atEnd) container.scrollTop = container.scrollHeight
  }

  return {
    draw(requests, now) {
      drawn = { requests, now }
      draw()
    },
  }
}

function row({ number, kind, name, range, from, to, outcome, tone }: Bar, y: number, width: number): SVGElement {
  const isNarrow = width < narrow
  const [left, right] = isNarrow ? [0, width] : [nameWidth + rangeWidth, width - outcomeWidth]
  const start = left + from * (right - left)
  const length = Math.max(least, (to - from) * (right - left))
  const place = { x: Math.min(start, right - least), y: y + (isNarrow ? 20 : 5), height: barHeight, rx: 2 }
  const baseline = y + 14
  const group = element('g', { 'data-kind': kind, 'data-tone': tone, 'data-number': number })
  group.append(
    text({ class: 'name', x: 0, y: baseline }, `${number} ${name}`),
    text({ x: nameWidth, y: baseline }, range),
    element('line', { class: 'line', x1: left, x2: right, y1: place.y + 5, y2: place.y + 5 }),
    element('rect', { ...place, class: 'bar', width: length }),
    text({ class: 'outcome', x: width, y: baseline, 'text-anchor': 'end' }, outcome),
  )
  if (tone === 'hit') {
    group.append(element('rect', { ...place, class: 'end', x: Math.max(left, place.x + length - 4), width: 4 }))
  }
  return group
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(space, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  return made
}

function text(attributes: Readonly<Record<string, string | number>>, words: string): SVGElement {
  const made = element('text', attributes)
  made.textContent = words
  return made
}

/** The same as a table, made only while somebody looks at it. */
export function createTimelineTable(details: HTMLDetailsElement): Timeline {
  const body = create('tbody')
  const head = create('tr', {}, ...['Request', 'For', 'Bytes', 'Outcome'].map((word) => create('th', {}, word)))
  const table = create('table', {}, create('thead', {}, head), body)
  details.append(
    create('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Requests as a table' }, table),
  )
  let drawn: readonly Bar[] = []

  function draw(): void {
    if (!details.open) return
    const rows = drawn.map(({ number, name, range, outcome }) => [String(number), name, range, outcome])
    const key = rows.flat().join('\n')
    if (body.dataset['rows'] === key) return
    body.dataset['rows'] = key
    body.replaceChildren(...rows.map((cells) => create('tr', {}, ...cells.map((cell) => create('td', {}, cell)))))
  }

  details.addEventListener('toggle', draw)
  return {
    draw(requests, now) {
      drawn = barsOf(requests, now)
      draw()
    },
  }
}

/** What the picture shows, in a sentence. */
export const writeTimeline = (element: Element, requests: readonly LabRequest[]): void =>
  write(element, barsInWords(requests))
