/** Creates an HTML element with attributes and children; a string child is text and never markup. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** Writes text only where it differs: most drawings change one figure of a row. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Sets an attribute only where it differs. */
export function mark(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}
