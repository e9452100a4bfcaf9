import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { callsTable, countS3, kindOf } from './calls.ts'

test.each([
  ['PUT', '/films/a.mp4', 'PUT'],
  ['PUT', '/films/a.mp4?partNumber=2&uploadId=1&x-id=UploadPart', 'PUT part'],
  ['POST', '/films/a.mp4?uploads=', 'POST begin'],
  ['POST', '/films/a.mp4?uploadId=1', 'POST complete'],
  ['DELETE', '/films/a.mp4?uploadId=1', 'DELETE upload'],
])('%s %s is %s', (method, url, kind) => {
  expect(kindOf(method, url)).toBe(kind)
})

test('what goes to S3 is counted, and arrives as it is', async () => {
  const server = createServer((request, response) => {
    void text(request).then((body) => response.end(`${request.headers['host']} ${body}`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  // A server that listens on a port has an address of this form.
  const counting = await countS3((server.address() as AddressInfo).port)
  onTestFinished(() => counting.close())
  const answer = await fetch(`${counting.endpoint}/films/a?partNumber=1&uploadId=1`, { method: 'PUT', body: 'bytes' })
  expect(await answer.text()).toBe(`${new URL(counting.endpoint).host} bytes`)
  expect([counting.take(), counting.take()]).toEqual([{ 'PUT part': 1 }, {}])
})

test('a row for each step of each dialect', () => {
  const step = { title: 'creation', requests: 1, redis: 3, inScripts: 9, s3: { 'PUT part': 1, HEAD: 2 } }
  expect(
    callsTable({ tus: [step], drf: [step] })
      .split('\n')
      .slice(2),
  ).toEqual([
    '| tus: creation                  |              3 |               9 | 1 PUT part, 2 HEAD |',
    '| drf: creation                  |              3 |               9 | 1 PUT part, 2 HEAD |',
  ])
})
