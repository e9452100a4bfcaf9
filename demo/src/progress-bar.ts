import { create, mark } from './element.ts'
import type { Progress } from './row-view.ts'

export interface ProgressBar {
  readonly element: HTMLElement
  draw(progress: Progress): void
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
    draw(progress) {
      fill(sent, progress.sent)
      fill(confirmed, progress.confirmed)
      mark(element, 'aria-valuenow', String(progress.percent))
      mark(element, 'aria-valuetext', progress.text)
    },
  }
}

function fill(layer: HTMLElement, transform: string): void {
  if (layer.style.transform !== transform) layer.style.transform = transform
}
