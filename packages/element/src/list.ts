import type { Upload } from '@chunkwise/client'
import { act, type ActTools } from './act.ts'
import { createAnnouncer } from './announcer.ts'
import { create } from './create.ts'
import { figuresOf } from './figures.ts'
import { createFrames } from './frames.ts'
import { listStyle } from './list.style.ts'
import { createRow, type Row, type RowTools } from './row.ts'
import { styleSheet } from './style-sheet.ts'
import { englishList } from './texts/english-list.ts'
import type { ListTexts } from './texts/texts.ts'

// This file, and what only it needs, is loaded when there is an upload to show.

/** The rows of all uploads, and what is said aloud of them. */
export interface List {
  /** Makes the rows that are missing, and drops those whose upload is off the list. */
  follow(uploads: readonly Upload[]): void
  /** Draws the row of an upload in the next frame. */
  request(upload: Upload): void
  close(): void
}

export interface ListOptions {
  readonly root: ShadowRoot
  /** Where it goes. */
  readonly parent: HTMLElement
  /** In the place of English. */
  readonly texts: Partial<ListTexts>
  /** Uploads that come from an earlier visit. */
  readonly restored: WeakSet<Upload>
  /** What holds the uploads now, and which files may be chosen again. */
  surroundings(): Omit<ActTools, 'onKept'>
  onError(error: unknown): void
  /** The row that had the focus is gone, and no other is there. */
  onFocusLost(): void
}

// A folder of a thousand files must not hold up the page: the rest of its rows follow in the next frames.
const mostPerFrame = 40

export function createList(options: ListOptions): List {
  const { root, parent, restored, onError, onFocusLost } = options
  const container = create('ul', { part: 'list', role: 'list', hidden: '' })
  const said = create('p', { class: 'said', role: 'status' })
  const texts = { ...englishList, ...options.texts }
  const announce = createAnnouncer(said)
  const request = createFrames()
  const tools: RowTools = {
    ...{ texts, announce, request, isFocused, figures: figuresOf(texts.locale) },
    onAction(upload, action) {
      const onKept = (): void => announce(upload, { name: upload.name, text: texts.kept })
      act(upload, action, { ...options.surroundings(), onKept }).catch(onError)
    },
  }
  const rows = new Map<Upload, Row>()
  const sheet = styleSheet(listStyle)
  let listed: readonly Upload[] = []
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet)
  parent.append(container, said)

  // Firefox has nothing that matches `:focus` while another window is in front, and who comes back wants to find the place.
  function isFocused(element: Element): boolean {
    return element.contains(root.activeElement)
  }

  function drop(upload: Upload, { element, close }: Row): void {
    const focused = isFocused(element)
    const neighbour = element.nextElementSibling ?? element.previousElementSibling
    close()
    rows.delete(upload)
    if (!focused) return
    const next = neighbour?.querySelector<HTMLElement>('button:not([hidden])')
    if (next) next.focus()
    else onFocusLost()
  }

  function grow(): void {
    const fresh = listed.filter((upload) => !rows.has(upload))
    for (const upload of fresh.slice(0, mostPerFrame)) {
      const row = createRow(upload, restored.has(upload), tools)
      rows.set(upload, row)
      container.append(row.element)
    }
    container.hidden = rows.size === 0
    if (fresh.length > mostPerFrame) request(grow)
  }

  return {
    follow(uploads) {
      listed = uploads
      const still = new Set(uploads)
      for (const [upload, row] of [...rows]) if (!still.has(upload)) drop(upload, row)
      grow()
    },
    request(upload) {
      const row = rows.get(upload)
      if (row) request(row.draw)
    },
    close() {
      listed = []
      for (const row of rows.values()) row.close()
      rows.clear()
      container.remove()
      said.remove()
    },
  }
}
