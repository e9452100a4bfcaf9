import { expect, test } from 'vitest'
import {
  bytesSentAgain,
  type LoggedRequest,
  mostAtOnce,
  readAnswer,
  readHead,
  requestsAfterLastByte,
  uploadsIn,
} from './request-log.ts'

const id = '8c2f9a35-7f0b-4a55-9d9c-3f0f6a5f0a11'
const chunk = (began: number, start: number, end: number, more: Partial<LoggedRequest> = {}): LoggedRequest => ({
  ...{ method: 'PUT', path: `/api/uploads/${id}/`, headers: new Map(), sent: 0 },
  ...{ began, range: { start, end } },
  ...more,
})
const asked = (began: number, more: Partial<LoggedRequest> = {}): LoggedRequest => ({
  ...chunk(began, 0, 0, more),
  ...{ method: 'GET', range: undefined },
})

test('a head is read, and the range in it', () => {
  const { method, path, headers, range } = readHead(
    'PUT /api/uploads/ HTTP/1.1\r\nHost: x\r\nContent-Range: bytes 0-9/25\r\n\r\n',
  )
  expect({ method, path, range }).toEqual({
    method: 'PUT',
    path: '/api/uploads/',
    range: { start: 0, end: 9 },
  })
  expect(headers.get('host')).toBe('x')
})

test('a body of raw bytes is a range as well, from where its head says', () => {
  const rangeOf = (type: string, ...lines: readonly string[]) =>
    readHead(['PATCH / HTTP/1.1', `Content-Type: application/${type}`, ...lines, '', ''].join('\r\n')).range
  const tus = 'offset+octet-stream'
  expect(rangeOf(tus, 'Upload-Offset: 10', 'Content-Length: 5')).toEqual({ start: 10, end: 14 })
  expect(rangeOf(tus, 'Content-Length: 5')).toEqual({ start: 0, end: 4 })
  expect(rangeOf(tus, 'Upload-Offset: 10', 'Transfer-Encoding: chunked')).toEqual({ start: 10, end: Infinity })
  expect(rangeOf(tus, 'Upload-Offset: 10', 'Content-Length: 0')).toBeUndefined()
  expect(rangeOf('partial-upload', 'Upload-Offset: 10', 'Content-Length: 5')).toEqual({ start: 10, end: 14 })
  // Older drafts know no type.
  expect(rangeOf('octet-stream', 'Upload-Offset: 10', 'Content-Length: 5')).toEqual({ start: 10, end: 14 })
  expect(rangeOf('json', 'Content-Length: 5')).toBeUndefined()
})

test('an answer tells its status, its upload and the offset that it confirms', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n'
  expect(readAnswer(`${head}{"id":"${id}","offset":10}`)).toEqual({ status: 200, id, offset: 10 })
  expect(readAnswer('HTTP/1.1 400 Bad Request\r\n\r\n{"expected_offset":7}')).toEqual({ status: 400, offset: 7 })
  expect(readAnswer('HTTP/1.1 204 No Content\r\n\r\n')).toEqual({ status: 204 })
})

test('an answer may tell them in its head', () => {
  const lines = ['HTTP/1.1 201 Created', `Location: http://x/api/uploads/${id}/`, 'Upload-Offset: 10', '', '']
  expect(readAnswer(lines.join('\r\n'))).toEqual({ status: 201, id, offset: 10 })
})

test('an upload may be named without dashes', () => {
  const plain = id.replaceAll('-', '')
  expect(readAnswer(`HTTP/1.1 201 Created\r\nLocation: /api/uploads/${plain}\r\n\r\n`)).toEqual({
    status: 201,
    id: plain,
  })
  expect(uploadsIn([asked(1, { path: `/api/uploads/${plain}` }), chunk(2, 0, 9)])).toBe(2)
})

test('bytes that follow what is confirmed are not sent again', () => {
  const log = [chunk(1, 0, 99, { answered: 2, offset: 100 }), chunk(3, 100, 199, { answered: 4, offset: 200 })]
  expect(bytesSentAgain(log)).toBe(0)
})

test('bytes below what is confirmed are sent again, and counted', () => {
  const log = [chunk(1, 0, 99, { answered: 2, offset: 100 }), chunk(3, 60, 199, { answered: 4, offset: 200 })]
  expect(bytesSentAgain(log)).toBe(40)
})

test('bytes of a chunk without an answer may be sent again, unless the server was asked and has them', () => {
  const lost = chunk(1, 0, 99, { ended: 2 })
  expect(bytesSentAgain([lost, chunk(5, 0, 99)])).toBe(0)
  expect(bytesSentAgain([lost, asked(3, { answered: 4, offset: 100 }), chunk(5, 0, 99)])).toBe(100)
})

test('only the last word of the server counts', () => {
  const log = [
    chunk(1, 0, 99, { answered: 2, offset: 100 }),
    asked(3, { answered: 4, offset: 50 }),
    chunk(5, 50, 99, { answered: 6, offset: 100 }),
  ]
  expect(bytesSentAgain(log)).toBe(0)
})

test('what follows the last byte is told with its answer', () => {
  const last = chunk(1, 200, 299, { answered: 2, offset: 300 })
  const finish = { ...asked(3, { answered: 4, status: 200 }), method: 'POST' }
  expect(requestsAfterLastByte([last, finish], 300)).toEqual(['POST 200'])
  expect(requestsAfterLastByte([last, asked(3), finish], 300)).toEqual(['GET unanswered', 'POST 200'])
})

test('an upload that was begun anew counts as another one', () => {
  const created = { ...chunk(1, 0, 99, { answered: 2 }), path: '/api/uploads/' }
  expect(uploadsIn([created, { ...created, id }, chunk(3, 100, 199)])).toBe(1)
  expect(
    uploadsIn([
      { ...created, id },
      { ...created, id: id.replace('8', '9') },
    ]),
  ).toBe(2)
})

test('requests are at work at once from their beginning to their answer or end', () => {
  expect(mostAtOnce([asked(1, { answered: 2 }), asked(3, { answered: 4 })])).toBe(1)
  expect(mostAtOnce([asked(1, { answered: 4 }), asked(2, { ended: 5 }), asked(3, { answered: 6 })])).toBe(3)
})
