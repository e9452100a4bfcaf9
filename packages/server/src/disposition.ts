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

/**
 * A `Content-Disposition` that makes a browser keep a file under a name, whatever signs that has (RFC 6266, RFC 8187): in
 * ASCII for those that know nothing else, and percent-encoded, so that no sign of it is one of the header (S23).
 */
export function attachment(filename: string): string {
  const name =
    filename
      .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
      .split(/[/\\]/)
      .at(-1) || 'file'
  const plain = name.replaceAll(/[^ -~]/gu, '_').replaceAll(/["\\%;]/g, '_')
  // RFC 8187, section 3.2.1: an attr-char is none of ' ( ) *.
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
