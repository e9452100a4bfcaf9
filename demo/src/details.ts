import type { Resumability, UploadState } from '@chunkwise/client'

import { createChunkMap, type MapState } from './chunk-map.ts'
import { create, write } from './element.ts'
import { fillFacts, type Fact } from './facts.ts'
import { bytes, speed } from './format.ts'
import type { Kept } from './kept.ts'
import { smooth, type Pace } from './pace.ts'
import { createSpeedCurve } from './speed-curve.ts'

/** All that the open part of a row shows. */
export interface DetailsState {
  readonly state: UploadState
  readonly map: MapState
  readonly pace: Pace
  readonly resumability: Resumability
  readonly kept: Kept | undefined
}

export interface Details {
  readonly element: HTMLElement
  draw(state: DetailsState): void
  close(): void
}

const afterReload: Readonly<Record<Resumability, string>> = {
  handle: 'Goes on by itself, at most after one question',
  copy: 'Goes on by itself, from a copy kept in this browser',
  reselect: 'Asks for the file again',
}

/**
 * The open part of a row: chunk map, speed curve and facts.
 *
 * @param onStale called when it must be drawn again though nothing else has changed: its width did, or the colours
 */
export function createDetails(id: string, onStale: () => void): Details {
  const map = createChunkMap()
  const curve = createSpeedCurve()
  const scale = create('span', { class: 'quiet' })
  const pace = create('span', { class: 'quiet' })
  const [earlier, confirmed, flight, rest] = (['earlier', 'confirmed', 'sent', 'rest'] as const).map((part) =>
    create('dd', { class: 'figure', 'data-part': part }),
  )
  const legend = create('dl', { class: 'legend' })
  const labels = ['Earlier visit', 'Confirmed', 'In flight', 'Still to go']
  for (const [index, figure] of [earlier, confirmed, flight, rest].entries()) {
    if (figure) legend.append(create('div', {}, create('dt', {}, labels[index] ?? ''), figure))
  }
  const facts = create('dl', { class: 'facts' })
  const element = create(
    'div',
    { class: 'details', id },
    create(
      'section',
      { class: 'map-side' },
      create('p', { class: 'caption' }, create('b', {}, 'Chunk map'), ' ', scale),
      map.element,
      legend,
    ),
    create(
      'section',
      { class: 'curve-side' },
      create('p', { class: 'caption' }, create('b', {}, 'Speed'), ' ', pace),
      curve.element,
    ),
    facts,
  )

  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', onStale)
  const resize = new ResizeObserver(onStale)
  resize.observe(element)

  return {
    element,
    close() {
      dark.removeEventListener('change', onStale)
      resize.disconnect()
      element.remove()
    },
    draw({ state, map: positions, pace: readings, resumability, kept }) {
      const before = Math.min(positions.earlier, positions.offset)
      write(scale, `One square is ${bytes(map.draw(positions))}`)
      curve.draw(readings)
      write(pace, paceWords(readings))
      if (earlier) write(earlier, bytes(before))
      if (confirmed) write(confirmed, bytes(positions.offset - before))
      if (flight) write(flight, bytes(positions.sent - positions.offset))
      if (rest) write(rest, bytes(positions.size - positions.sent))
      fillFacts(facts, factsOf(state, resumability, kept))
    },
  }
}

function paceWords(pace: Pace): string {
  const even = smooth(pace)
  return even.length === 0 ? 'Nothing sent yet' : `At most ${speed(Math.max(...even))} in the last minute`
}

function factsOf(state: UploadState, resumability: Resumability, kept: Kept | undefined): readonly Fact[] {
  if (state.status === 'completed') {
    return kept
      ? [
          ['MD5', kept.md5],
          ['Kept as', kept.path],
        ]
      : []
  }
  const error = 'error' in state && state.error ? state.error : undefined
  return [
    ...(state.status === 'cancelled' ? [] : ([['After a reload', afterReload[resumability]]] as Fact[])),
    ...(error ? ([['Message', `${error.message} (${error.code})`]] as Fact[]) : []),
  ]
}
