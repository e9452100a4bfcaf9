import type { Uploader, UploaderState } from '@chunkwise/client'

import { census } from './census.ts'
import { create, write } from './element.ts'
import { icon, type Icon } from './icons.ts'
import { totalView } from './total-view.ts'

/** What all uploads come to, and what can be done with all of them. */
export interface Totals {
  draw(state: UploaderState): void
}

export function createTotals(container: HTMLElement, uploader: Uploader): Totals {
  const share = create('b', { class: 'totals-share' })
  const amount = create('span', { class: 'totals-amount' })
  const counts = create('p', { class: 'totals-counts' })
  const pace = create('p', { class: 'totals-pace' })
  const sent = create('span', { class: 'bar-sent' })
  const confirmed = create('span', { class: 'bar-confirmed' })
  const pause = createButton('Pause all', 'pause', () => uploader.pauseAll())
  const resume = createButton('Resume all', 'resume', () => uploader.resumeAll())
  const clear = createButton('Clear finished', 'done', () => {
    for (const upload of uploader.getState().uploads) {
      const { status } = upload.getState()
      if (status === 'completed' || status === 'cancelled') uploader.remove(upload)
    }
  })
  container.append(
    create('p', { class: 'totals-main' }, share, amount),
    counts,
    pace,
    create('div', { class: 'totals-actions' }, pause, resume, clear),
    create('div', { class: 'bar bar-thin', 'aria-hidden': 'true' }, sent, confirmed),
  )

  return {
    draw(state) {
      const view = totalView(state)
      const { sending, waiting, queued, paused, completed, cancelled } = census(state.count)
      write(share, view.share)
      write(amount, view.amount)
      write(counts, view.counts)
      write(pace, view.pace)
      confirmed.style.transform = view.confirmed
      sent.style.transform = view.sent
      pause.disabled = sending + waiting + queued === 0
      resume.disabled = paused === 0
      clear.disabled = completed + cancelled === 0
    },
  }
}

function createButton(label: string, picture: Icon, onClick: () => void): HTMLButtonElement {
  const button = create('button', { type: 'button', class: 'button' }, label)
  button.prepend(icon(picture))
  button.addEventListener('click', onClick)
  return button
}
