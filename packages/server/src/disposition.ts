/**
 * Reads the parameters of a `Content-Disposition` header as browsers write it for forms (HTML, section "multipart/form-data
 * encoding algorithm"): raw UTF-8 between quotes, `"`, CR and LF as `%22`, `%0D`, `%0A`, and backslashes as they are.
 * `filename*` (RFC 8187) wins over `filename`.
 */
export function readDisposition(header: string): { type: string; name?: string; filename?: string } {
  const [type = ''] = header.split(';', 1)
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, bare] of header.matchAll(
    /;\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"]|\\"(?!\s*(?:;|$)))*)"|([^;]*))/g,
  ))
    parameters.set(name.toLowerCase(), quoted ?? (bare ?? '').trim())
  const name = parameters.get('name')
  const filename = readExtended(parameters.get('filename*')) ?? parameters.get('filename')
  return {
    type: type.trim().toLowerCase(),
    ...(name === undefined ? {} : { name: unescape(name) }),
    ...(filename === undefined ? {} : { filename: unescape(filename) }),
  }
}

const unescape = (text: string): string =>
  text.replaceAll('\\"', '"').replaceAll(/%(22|0D|0A)/gi, (escaped) => decodeURIComponent(escaped))

function readExtended(value: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
