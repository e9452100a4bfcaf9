/** Requests as the clients of all dialects send them, byte for byte; `ID` stands for an upload that is there. */
const good: readonly string[] = [
  ...put('/api/uploads/', ['Content-Range: bytes 0-9/100']),
  ...put('/api/uploads/ID/', ['Content-Range: bytes 10-19/100']),
  request('POST', '/api/uploads/ID/', ['Content-Type: application/x-www-form-urlencoded'], `md5=${'a'.repeat(32)}`),
  request('POST', '/api/uploads/ID/', ['Content-Type: application/json'], `{"md5":"${'a'.repeat(32)}"}`),
  request('GET', '/api/uploads/ID/', ['Accept: application/json']),
  request('GET', '/api/uploads/', []),
  request('DELETE', '/api/uploads/0f8fad5b-d9cb-469f-a165-70867728950e/', []),
  request(
    'POST',
    '/api/uploads/',
    [...tus(), 'Upload-Length: 100', 'Upload-Metadata: filename YS5iaW4='],
    '0123456789',
  ),
  request(
    'POST',
    '/api/uploads/',
    [...tus(), 'Upload-Defer-Length: 1', 'Upload-Concat: partial', 'Idempotency-Key: "k"'],
    '0123',
  ),
  request('PATCH', '/api/uploads/ID/', [...tus(), 'Upload-Offset: 10', 'Upload-Checksum: sha1 AAAA'], '0123456789'),
  request('HEAD', '/api/uploads/ID/', ['Tus-Resumable: 1.0.0']),
  request('POST', '/api/uploads/', ['Upload-Complete: ?0', 'Upload-Length: 100'], '0123456789'),
  request(
    'PATCH',
    '/api/uploads/ID/',
    ['Upload-Complete: ?0', 'Upload-Offset: 10', 'Content-Type: application/partial-upload'],
    '0123456789',
  ),
  request(
    'PATCH',
    '/api/uploads/ID/',
    [...tus(), 'Upload-Offset: 10', 'Transfer-Encoding: chunked'],
    undefined,
    '5\r\n01234\r\n0\r\n\r\n',
  ),
  request('OPTIONS', '/api/uploads/', ['Origin: https://app.example', 'Access-Control-Request-Method: PATCH']),
]

function tus(): string[] {
  return ['Tus-Resumable: 1.0.0', 'Content-Type: application/offset+octet-stream']
}

function put(path: string, headers: readonly string[]): string[] {
  const part = (name: string, value: string, more = ''): string =>
    `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
  const body = `${part('filename', 'a.bin')}${part('file', '0123456789', '; filename="a.bin"')}--x--\r\n`
  return [request('PUT', path, [...headers, 'Content-Type: multipart/form-data; boundary=x'], body)]
}

function request(method: string, path: string, headers: readonly string[], body?: string, raw = body ?? ''): string {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`]
  return `${method} ${path} HTTP/1.1\r\n${['Host: localhost', ...headers, ...length].join('\r\n')}\r\n\r\n${raw}`
}

type Chance = () => number
type Break = (text: string, random: Chance) => string

const at = (text: string, random: Chance): number => Math.floor(random() * (text.length + 1))
const pick = <T>(from: readonly T[], random: Chance): T => {
  const found = from[Math.floor(random() * from.length)]
  if (found === undefined) throw new Error('Nothing to choose from')
  return found
}
const noise = (length: number, random: Chance): string =>
  String.fromCharCode(...Array.from({ length }, () => Math.floor(random() * 256)))

/** Lines that contradict others, promise too much, or mean nothing. */
const lines: readonly string[] = [
  ...[
    'Content-Length: 5',
    'Content-Length: 99999',
    'Content-Length: -1',
    'Content-Length: 1e3',
    'Content-Length: 5, 6',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: xchunked',
  ],
  ...['Content-Range: bytes 10-19/100', 'Content-Range: bytes 5-4/0x10', `Content-Range: bytes 0-${'9'.repeat(400)}/*`],
  ...[
    'Upload-Offset: 12abc',
    'Upload-Offset: 9007199254740993',
    'Upload-Length: 0',
    'Upload-Complete: ?2',
    'Expect: 100-continue',
  ],
  ...[
    'Host: evil.example',
    'Host:',
    'Connection: upgrade',
    'Upgrade: websocket',
    'X-HTTP-Method-Override: DELETE',
    'Tus-Resumable: 0.2.2',
  ],
  ...[
    'Content-Encoding: gzip',
    'Content-Type: multipart/form-data',
    `Upload-Metadata: ${'a b,'.repeat(3000)}`,
    `X: ${'y'.repeat(20_000)}`,
  ],
  ...[
    'Idempotency-Key: ',
    'Repr-Digest: md5=:AAAA:',
    "Content-Disposition: inline; filename*=UTF-8''%ff",
    'Upload-Concat: final;/x',
  ],
]

const breaks: readonly Break[] = [
  // A byte or some that are others.
  (text, random) => {
    const start = at(text, random)
    const length = 1 + Math.floor(random() * 4)
    return text.slice(0, start) + noise(length, random) + text.slice(start + length)
  },
  // Some that are missing, or come twice.
  (text, random) => {
    const start = at(text, random)
    return text.slice(0, start) + text.slice(start + Math.floor(random() * 20))
  },
  (text, random) => {
    const [from, to] = [at(text, random), at(text, random)]
    return text.slice(0, Math.max(from, to)) + text.slice(Math.min(from, to))
  },
  // The end of another request.
  (text, random) => {
    const other = pick(good, random)
    return text.slice(0, at(text, random)) + other.slice(at(other, random))
  },
  // A line too many.
  (text, random) => text.replace('\r\n', `\r\n${pick(lines, random)}\r\n`),
  (text, random) => text.replace('\r\n\r\n', `\r\n${pick(lines, random)}\r\n\r\n`),
  // Other ends of lines.
  (text, random) => text.replace('\r\n', pick(['\n', '\r', '\r\n\r\n', '\0'], random)),
  // Nothing that anybody ever sent.
  (_text, random) => noise(Math.floor(random() * 300), random),
]

/** A request that is good but for one, two or three things; now and then one that is good. */
export function brokenRequest(id: string, random: Chance): string {
  let text = pick(good, random).replaceAll('ID', id)
  for (let left = Math.floor(random() * 4); left > 0; left -= 1) text = pick(breaks, random)(text, random)
  return text
}
