/**
 * Whether an `Accept` header (RFC 9110 section 12.5.1) admits JSON. The most specific range that fits decides, and only a
 * weight of 0 refuses; no header admits everything.
 */
export function acceptsJson(header: string | null): boolean {
  if (header === null || header.trim() === '') return true
  let best = { specific: -1, weight: 0 }
  for (const item of header.split(',')) {
    const [range = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    const specific = ['*/*', 'application/*', 'application/json'].indexOf(range)
    const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
    if (specific > best.specific) best = { specific, weight }
  }
  return best.specific >= 0 && best.weight > 0
}
