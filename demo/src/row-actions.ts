import { create, mark, write } from './element.ts'
import { icon, show, type Icon } from './icons.ts'
import type { Call } from './words.ts'

/** What a press of a row's button asks for. */
export type Action = Call | 'Cancel' | 'Remove'

export interface RowActions {
  readonly element: HTMLElement
  /** Opens and closes the row's details. */
  readonly disclosure: HTMLButtonElement
  draw(call: Call | undefined, ended: boolean, download: string | undefined): void
}

const icons: Readonly<Record<Action, Icon>> = {
  Pause: 'pause',
  Resume: 'resume',
  Retry: 'retry',
  'Choose the file again': 'choose',
  Cancel: 'cancel',
  Remove: 'cancel',
}

/**
 * The buttons of a row. There are never more than two, and they stay the same elements while their meaning changes, so
 * that who uses the keyboard keeps the place.
 *
 * @param label id of the element that names the file, since the buttons are named by what they do alone
 */
export function createRowActions(label: string, details: string, onAction: (action: Action) => void): RowActions {
  const first = createButton(label, onAction)
  const second = createButton(label, onAction)
  const link = create('a', { class: 'button', 'aria-describedby': label, download: '', hidden: '' }, 'Download')
  link.prepend(icon('download'))
  const disclosure = create('button', {
    type: 'button',
    class: 'button button-bare disclosure',
    'aria-label': 'Details',
    'aria-describedby': label,
    'aria-controls': details,
    'aria-expanded': 'false',
  })
  disclosure.append(icon('details'))
  first.element.classList.add('first')
  second.element.classList.add('button-bare', 'second')

  return {
    element: create('div', { class: 'actions' }, first.element, link, second.element, disclosure),
    disclosure,
    draw(call, ended, download) {
      second.draw(ended ? 'Remove' : 'Cancel')
      // Focus must not fall to the top of the page when the button under it has nothing left to do.
      if (call === undefined && document.activeElement === first.element) second.element.focus()
      first.element.toggleAttribute('hidden', call === undefined)
      if (call !== undefined) first.draw(call)
      link.toggleAttribute('hidden', download === undefined)
      if (download !== undefined) mark(link, 'href', download)
    },
  }
}

function createButton(label: string, onAction: (action: Action) => void) {
  const text = create('span')
  const picture = icon('cancel')
  const element = create('button', { type: 'button', class: 'button', 'aria-describedby': label })
  element.append(picture, text)
  let action: Action | undefined
  element.addEventListener('click', () => {
    if (action !== undefined) onAction(action)
  })
  return {
    element,
    draw(next: Action) {
      if (next === action) return
      action = next
      element.dataset['action'] = next
      write(text, next)
      show(picture, icons[next])
    },
  }
}
