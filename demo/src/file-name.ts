import { create } from './element.ts'

// Enough for an extension and what numbers the parts of a series.
const tailLength = 9

/** A file name in two parts: the first may be cut short by the layout, the last stays readable. */
export function splitName(name: string): readonly [stem: string, tail: string] {
  // By code points, or a cut could go through the middle of an emoji.
  const points = [...name]
  if (points.length <= tailLength * 2) return [name, '']
  return [points.slice(0, -tailLength).join(''), points.slice(-tailLength).join('')]
}

/** The extension as a badge shows it: at most four letters, or nothing. */
export const extensionOf = (name: string): string => /[^.]\.([A-Za-z0-9]{1,4})$/.exec(name)?.[1]?.toUpperCase() ?? ''

/** What stands for a file of this name in its row. */
export const badgeOf = (name: string): string => extensionOf(name) || 'FILE'

/** Shows a name as text, whatever it contains, cut in the middle where it is too long. */
export function showName(element: HTMLElement, name: string): void {
  const [stem, tail] = splitName(name)
  element.title = name
  element.replaceChildren(
    create('bdi', { class: 'stem' }, stem),
    ...(tail ? [create('bdi', { class: 'tail' }, tail)] : []),
  )
}
