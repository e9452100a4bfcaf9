import type { Upload } from '@chunkwise/client'
import { create, mark, write } from './create.ts'
import type { List, ListOptions } from './list.ts'
import { styleSheet } from './style-sheet.ts'
import type { Texts, ZoneTexts } from './texts/texts.ts'
import { zoneStyle } from './zone.style.ts'
import { createZone, type ZoneOptions } from './zone.ts'

/** What the element shows besides its rows. */
export interface Appearance {
  readonly texts: ZoneTexts
  readonly label: string
  readonly accept: string
  readonly multiple: boolean
  readonly disabled: boolean
  /** Whether it has the one file that it takes. */
  readonly full: boolean
  /** What is wrong; empty if nothing is. */
  readonly message: string
}

/** What is inside the element. */
export interface View {
  /** What a form points at when the element is not valid. */
  readonly anchor: HTMLElement
  readonly list: List | undefined
  draw(appearance: Appearance): void
  /** Shows these uploads, in the texts that were given. */
  follow(uploads: readonly Upload[], texts: Partial<Texts>): void
}

export interface ViewOptions extends ZoneOptions, Pick<ListOptions, 'restored' | 'surroundings'> {}

export function createView(root: ShadowRoot, { host, onFiles, onError, ...others }: ViewOptions): View {
  const zone = createZone({ host, onFiles, onError })
  const message = create('p', { part: 'message', class: 'message', role: 'alert', hidden: '' })
  const whole = create('fieldset', { part: 'root' }, zone.element, message)
  let list: List | undefined
  let loading = false
  let wanted: readonly Upload[] = []
  let spoken: Partial<Texts> | undefined
  root.adoptedStyleSheets = [styleSheet(zoneStyle)]
  root.append(whole)

  // Most visits to a page with a form end without an upload: what shows one is loaded with the first.
  async function load(): Promise<void> {
    loading = true
    try {
      const { createList } = await import('./list.ts')
      list?.close()
      const texts = spoken ?? {}
      list = createList({
        ...others,
        ...{ root, parent: whole, texts, onError },
        onFocusLost: () => zone.input.focus(),
      })
      list.follow(wanted)
    } catch (error) {
      onError(error)
    }
    loading = false
  }

  return {
    anchor: whole,
    get list() {
      return list
    },
    draw({ label, disabled, full, message: text, ...choice }) {
      whole.disabled = disabled
      mark(whole, 'aria-label', label)
      zone.element.hidden = full
      zone.draw(choice)
      message.hidden = text === ''
      write(message, text)
    },
    follow(uploads, texts) {
      wanted = uploads
      const anew = texts !== spoken
      spoken = texts
      if (list) list.follow(uploads)
      if (!loading && (list ? anew : uploads.length > 0)) void load()
    },
  }
}
