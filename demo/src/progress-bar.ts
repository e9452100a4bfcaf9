import type { UploadState } from '@chunkwise/client'

import { create, mark } from './element.ts'
import { bytes, percent } from './format.ts'

export interface ProgressBar {
  readonly element: HTMLElement
  draw(state: UploadState): void
}

/** A bar in two layers: what the server has confirmed, and what has gone out beyond it. Only the first is a promise. */
export function createProgressBar(label: string): ProgressBar {
  const sent = create('span', { class: 'bar-sent' })
  const confirmed = create('span', { class: 'bar-confirmed' })
  const element = create(
    'div',
    { class: 'bar', role: 'progressbar', 'aria-labelledby': label, 'aria-valuemin': '0', 'aria-valuemax': '100' },
    sent,
    confirmed,
  )
  return {
    element,
    draw({ size, offset, sent: gone, status }) {
      const done = status === 'completed'
      const whole = percent(offset, size, done)
      fill(sent, size === 0 ? 0 : gone / size)
      fill(confirmed, done ? 1 : size === 0 ? 0 : offset / size)
      mark(element, 'aria-valuenow', String(whole))
      mark(element, 'aria-valuetext', `${whole} %, ${bytes(offset)} of ${bytes(size)}`)
    },
  }
}

// By transform: a width would lay out the page again for each chunk.
function fill(layer: HTMLElement, part: number): void {
  const transform = `scaleX(${part.toFixed(5)})`
  if (layer.style.transform !== transform) layer.style.transform = transform
}
