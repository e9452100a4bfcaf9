import { create } from './element.ts'
import { icon } from './icons.ts'

/** Messages that belong to no row, at the foot of the page. */
export interface Notices {
  /** Shows a message until it is dismissed or its time is over; one that is there already is not repeated. */
  show(text: string): void
}

const lifetimeMs = 12_000

export function createNotices(container: HTMLElement): Notices {
  const shown = new Map<string, () => void>()
  return {
    show(text) {
      shown.get(text)?.()
      const dismiss = create('button', { type: 'button', class: 'button button-bare', 'aria-label': 'Dismiss' })
      dismiss.append(icon('cancel'))
      const notice = create('div', { class: 'notice' }, create('p', {}, text), dismiss)
      const timer = setTimeout(close, lifetimeMs)
      function close(): void {
        clearTimeout(timer)
        shown.delete(text)
        notice.remove()
      }
      dismiss.addEventListener('click', close)
      shown.set(text, close)
      container.append(notice)
    },
  }
}
