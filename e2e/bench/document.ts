/**
 * Puts a text between the markers `<!-- bench:name -->` and `<!-- /bench:name -->` of a document.
 *
 * @throws Error if the document has no such markers.
 */
export function putBetween(document: string, name: string, text: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
  const [start, end] = [document.indexOf(open), document.indexOf(close)]
  if (start < 0 || end < start) throw new Error(`Cannot write the results: the document has no ${open} … ${close}`)
  return `${document.slice(0, start + open.length)}\n\n${text}\n\n${document.slice(end)}`
}
