const sheets = new Map<string, CSSStyleSheet>()

/** A sheet for all elements, made by script, so that a strict Content-Security-Policy has nothing against it. */
export function styleSheet(css: string): CSSStyleSheet {
  const known = sheets.get(css)
  if (known) return known
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  sheets.set(css, sheet)
  return sheet
}
