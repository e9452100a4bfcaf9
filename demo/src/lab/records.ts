import type { SessionStore, UploadRecord } from '@chunkwise/client'

import { create, write } from '../element.ts'
import { recordFacts } from './record-facts.ts'

interface RecordView {
  readonly element: HTMLElement
  draw(record: UploadRecord): void
}

// A database tells nobody that something was written to it.
const lookMs = 400

/** Shows the records of a store as they stand, again and again. */
export function showRecords(container: HTMLElement, store: Pick<SessionStore, 'list'>): void {
  const views = new Map<string, RecordView>()
  const nothing = create(
    'p',
    { class: 'quiet' },
    'Nothing: a record is written when an upload begins, and dropped at its end.',
  )
  container.append(nothing)

  async function look(): Promise<void> {
    const records = await store.list()
    write(nothing, 'Nothing: a record is written when an upload begins, and dropped at its end.')
    draw(records.toSorted((one, other) => one.createdAt - other.createdAt))
  }

  function draw(records: readonly UploadRecord[]): void {
    const still = new Set(records.map(({ key }) => key))
    for (const [key, { element }] of views) {
      if (still.has(key)) continue
      element.remove()
      views.delete(key)
    }
    for (const record of records) {
      const view = views.get(record.key) ?? createView()
      if (!views.has(record.key)) container.append(view.element)
      views.set(record.key, view)
      view.draw(record)
    }
    nothing.hidden = records.length > 0
  }

  const again = (): void => {
    look()
      .catch((error: unknown) => {
        draw([])
        write(nothing, error instanceof Error ? error.message : String(error))
      })
      .finally(() => setTimeout(again, lookMs))
  }
  again()
}

function createView(): RecordView {
  const name = create('h3')
  const facts = create('dl')
  const json = create('pre')
  const whole = create('details', {}, create('summary', {}, 'As it is stored'), json)
  const values = new Map<string, HTMLElement>()
  let drawn: UploadRecord | undefined

  function drawJson(): void {
    if (whole.open && drawn) write(json, JSON.stringify(drawn, undefined, 2))
  }
  whole.addEventListener('toggle', drawJson)

  function valueOf(label: string): HTMLElement {
    const known = values.get(label)
    if (known) return known
    const value = create('dd')
    facts.append(create('dt', {}, label), value)
    values.set(label, value)
    return value
  }

  return {
    element: create('article', { class: 'record' }, name, facts, whole),
    draw(record) {
      drawn = record
      write(name, record.name)
      for (const [label, value] of recordFacts(record)) write(valueOf(label), value)
      drawJson()
    },
  }
}
