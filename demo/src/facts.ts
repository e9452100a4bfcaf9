import { create } from './element.ts'

/** A fact for people: what it is called, and its value. */
export type Fact = readonly [label: string, value: string]

/** Fills a `dl`, only where something differs: a selection in it must not go each time a figure elsewhere changes. */
export function fillFacts(list: HTMLElement, facts: readonly Fact[]): void {
  const text = facts.flat().join('\n')
  if (list.dataset['facts'] === text) return
  list.dataset['facts'] = text
  list.replaceChildren(
    ...facts.map(([label, value]) => create('div', {}, create('dt', {}, label), create('dd', {}, value))),
  )
}
