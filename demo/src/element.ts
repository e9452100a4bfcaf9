/** What a new element carries; a string child is text and never markup. */
export type Child = Node | string

/** Creates an HTML element with attributes and children. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** The element with this id, which the page's HTML promises to have. */
export function find<Type extends Element>(id: string, type: abstract new () => Type): Type {
  const element = document.getElementById(id)
  if (element instanceof type) return element
  throw new Error(`Cannot find #${id}: the page has no ${type.name} of that name`)
}

/** Writes text only where it differs: most renders change one figure of a row. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Sets an attribute only where it differs. */
export function mark(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

let ids = 0

/** A name that no other element of the page has. */
export const freshId = (word: string): string => `${word}-${(ids += 1)}`
