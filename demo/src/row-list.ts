import type { Upload, Uploader } from '@chunkwise/client'

import { census } from './census.ts'
import { readingMs } from './pace.ts'
import { createRow, type Row, type RowOptions } from './row.ts'

/** The rows of all uploads, kept in step with the uploader's list. */
export interface RowList {
  /** Makes the rows that are missing and drops those whose upload is off the list. */
  follow(uploads: readonly Upload[]): void
  /** Brings the row of an upload into view. */
  show(upload: Upload): void
}

export interface RowListOptions extends Omit<RowOptions, 'upload' | 'restored'> {
  readonly container: HTMLElement
  readonly uploader: Uploader
  /** Whether an upload comes from an earlier visit. */
  restored(upload: Upload): boolean
}

// A folder of a thousand files must not hold up the page: the rest of its rows follow in the next frames.
const mostPerFrame = 40

export function createRowList({ container, uploader, restored, ...shared }: RowListOptions): RowList {
  const rows = new Map<Upload, Row>()
  let listed: readonly Upload[] = []
  let ticking = 0

  function tick(): void {
    for (const row of rows.values()) row.tick()
  }

  // Nothing ticks while nothing moves.
  function pace(): void {
    const { sending, waiting } = census(uploader.getState().count)
    const moving = sending + waiting > 0
    if (moving && ticking === 0) ticking = window.setInterval(tick, readingMs)
    if (!moving && ticking !== 0) {
      clearInterval(ticking)
      ticking = 0
    }
  }

  function drop(row: Row): void {
    const focused = row.element.contains(document.activeElement)
    const neighbour = row.element.nextElementSibling ?? row.element.previousElementSibling
    row.close()
    rows.delete(row.upload)
    if (!focused) return
    neighbour?.querySelector<HTMLElement>('button:not([hidden])')?.focus()
  }

  function grow(): void {
    const fresh = listed.filter((upload) => !rows.has(upload))
    for (const upload of fresh.slice(0, mostPerFrame)) {
      const row = createRow({ ...shared, upload, restored: restored(upload) })
      rows.set(upload, row)
      container.append(row.element)
      // The first one shows what there is to see; more at once would be a wall.
      if (rows.size === 1) row.open(true)
    }
    if (fresh.length > mostPerFrame) shared.frames.request(grow)
  }

  return {
    follow(uploads) {
      listed = uploads
      const still = new Set(uploads)
      for (const row of [...rows.values()]) if (!still.has(row.upload)) drop(row)
      grow()
      pace()
    },
    show(upload) {
      rows.get(upload)?.element.scrollIntoView({ block: 'nearest' })
    },
  }
}
