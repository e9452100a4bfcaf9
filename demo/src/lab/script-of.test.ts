import { createUploader, UploadError } from '@chunkwise/client'
import { createFakeClock, createFaultServer, readScript, type Fault, type LogEntry } from '@chunkwise/testing'
import { expect, test } from 'vitest'

import { printScript, scriptOf } from './script-of.ts'
import type { LabRequest } from './state.ts'

const ok: Fault = { fault: 'ok' }
const cut: Fault = { fault: 'cut', after: 300_000 }
const seen = (...faults: readonly Fault[]) => faults.map((fault) => ({ fault, outcome: 'answered' }) as const)

test('each request is an entry, alike ones in a row are one, and what is behind the last fault needs none', () => {
  const busy: Fault = { fault: 'status', status: 503, headers: { 'Retry-After': '1' } }
  expect(scriptOf(seen(ok, ok, cut, { fault: 'lost' }, ok, { fault: 'lost' }, { fault: 'lost' }, busy, ok))).toEqual([
    { fault: 'ok', times: 2 },
    cut,
    'lost',
    'ok',
    { fault: 'lost', times: 2 },
    busy,
  ])
  expect(scriptOf(seen(ok, ok))).toEqual([])
})

test('what came while there was no server is left out', () => {
  const kill: Fault = { fault: 'kill', after: 5, ms: 1000 }
  expect(scriptOf([...seen(kill), { fault: ok, outcome: 'down' }, ...seen({ fault: 'lost' })])).toEqual([kill, 'lost'])
})

test('the text has one entry a line, and is read as the same script', () => {
  const script = scriptOf(seen(ok, ok, cut, { fault: 'lost' }))
  const text = printScript(script)
  expect(text).toBe('[\n  { "fault": "ok", "times": 2 },\n  { "fault": "cut", "after": 300000 },\n  "lost"\n]')
  expect(readScript(JSON.parse(text))).toEqual(readScript(script))
  expect(printScript([])).toBe('[]')
})

// The laboratory writes down of a request what the mock server does.
const written = ({ fault, answered }: LogEntry): Pick<LabRequest, 'fault' | 'outcome'> => ({
  fault,
  outcome: answered === undefined ? 'broken' : 'answered',
})

test('played by the mock server, the script does the same to the same requests, and the file arrives', async () => {
  const faults: readonly Fault[] = [
    { fault: 'slow', bytesPerSecond: 100_000 },
    { fault: 'delay', ms: 3000 },
    { fault: 'cut', after: 30_000 },
    { fault: 'lost' },
    { fault: 'status', status: 503, headers: { 'Retry-After': '2' } },
    { fault: 'gone' },
    { fault: 'kill', after: 30_000, ms: 1 },
  ]
  const first = await upload(faults.map((fault) => ({ ...fault, on: 'append' })))
  expect(first.log.map(({ fault }) => fault).filter(({ fault }) => fault !== 'ok')).toEqual(faults)
  const pasted: unknown = JSON.parse(printScript(scriptOf(first.log.map(written))))
  const second = await upload(pasted)
  expect(second.story()).toEqual(first.story())
  expect(second.left).toBe(0)
})

async function upload(script: unknown) {
  const clock = createFakeClock()
  const server = createFaultServer({ clock })
  // As a person pastes it: its type is whatever it is.
  server.play(script as [])
  const chunkSize = 65_536
  const uploader = createUploader({
    ...{ endpoint: server.endpoint, transport: server.transport(UploadError), store: false, clock, chunkSize },
  })
  const { verified } = await clock.run(uploader.add(new File([new Uint8Array(10 * chunkSize)], 'film.mp4')).finished)
  expect(verified).toBe(true)
  return server
}
