import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createUploadHandler, type FinishedUpload, type UploadHandlerOptions } from '@chunkwise/server'
import { diskStore, startServer } from '@chunkwise/server/node'
import { Upload, type UploadOptions } from 'tus-js-client'
import { expect, onTestFinished, test } from 'vitest'

// A real client of tus, over a real socket, to our server with its disk store.

const MiB = 1024 ** 2
const file = Buffer.alloc(5 * MiB + 17)
for (let at = 0; at < file.length; at += 1) file[at] = (at * 31 + (at >> 8)) % 251
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

async function serve(options: Partial<UploadHandlerOptions> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'chunkwise-tus-'))
  const finished: FinishedUpload[] = []
  const handler = createUploadHandler({
    store: diskStore({ dir, durability: 'relaxed' }),
    onComplete: (upload) => void finished.push(upload),
    ...options,
  })
  const running = await startServer({ handler, port: 0 })
  onTestFinished(async () => {
    await running.close(0)
    await rm(dir, { recursive: true, force: true })
  })
  /** MD5 of the only file that the host was given. */
  const received = async (): Promise<string> => {
    expect(finished).toHaveLength(1)
    const stream = finished[0]?.file.stream()
    return md5(new Uint8Array(await new Response(stream ?? null).arrayBuffer()))
  }
  return { endpoint: `${running.url}/api/uploads/`, handler, finished, received }
}

/** Sends a file; resolves with the upload once the client calls it done. */
async function send(source: Buffer | Readable, options: UploadOptions): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(source, {
      retryDelays: null,
      metadata: { filename: 'süd.bin', filetype: 'text/plain' },
      ...options,
      onError: reject,
      onSuccess: () => resolve(upload),
    })
    upload.start()
  })
}

// An option that its types do not know.
const draft = (protocol: string): UploadOptions => Object.assign({ chunkSize: 2 * MiB }, { protocol })

test.each<[string, UploadOptions]>([
  ['in one piece', {}],
  ['in chunks', { chunkSize: MiB }],
  ['with its first bytes in the creation', { uploadDataDuringCreation: true, chunkSize: MiB }],
  ['all in the creation', { uploadDataDuringCreation: true }],
  ['by POST instead of PATCH', { overridePatchMethod: true, chunkSize: 2 * MiB }],
  ['with request ids', { addRequestId: true, chunkSize: 2 * MiB }],
  ['in three parts at once', { parallelUploads: 3 }],
  ['in three parts at once, in chunks', { parallelUploads: 3, chunkSize: MiB }],
  ['by the draft, revision 3', draft('ietf-draft-03')],
  ['by the draft, revision 5', draft('ietf-draft-05')],
])('a file arrives %s', async (_, options) => {
  const { endpoint, finished, received } = await serve()
  const { url } = await send(file, { endpoint, ...options })
  expect(await received()).toBe(md5(file))
  expect(finished[0]?.session.filename).toBe('süd.bin')
  expect(url).toContain(finished[0]?.session.id)
})

test('a file arrives whose length is told at its end', async () => {
  const { endpoint, received } = await serve()
  await send(Readable.from([file]), { endpoint, uploadLengthDeferred: true, chunkSize: 2 * MiB })
  expect(await received()).toBe(md5(file))
})

test('an empty file arrives', async () => {
  const { endpoint, received } = await serve()
  await send(Buffer.alloc(0), { endpoint })
  expect(await received()).toBe(md5(Buffer.alloc(0)))
})

test('a file that was aborted on its way goes on from where the server is', async () => {
  const { endpoint, handler, received } = await serve()
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint,
      chunkSize: MiB,
      retryDelays: null,
      onError: reject,
      onChunkComplete(_, accepted) {
        if (accepted < 2 * MiB) return
        upload.abort().then(() => resolve(upload.url ?? ''), reject)
      },
    })
    upload.start()
  })
  const [session] = await handler.sessions.list({ owner: undefined })
  expect(session?.offset).toBeGreaterThanOrEqual(2 * MiB)
  expect(session?.offset).toBeLessThan(file.length)
  const offsets: number[] = []
  await send(file, {
    uploadUrl: url,
    onBeforeRequest: (request) => void offsets.push(Number(request.getHeader('Upload-Offset'))),
  })
  expect(offsets.at(-1)).toBeGreaterThanOrEqual(2 * MiB)
  expect(await received()).toBe(md5(file))
})

test('an upload is terminated, and unknown afterwards', async () => {
  const { endpoint, handler } = await serve()
  const { url } = await send(file, { endpoint })
  await Upload.terminate(url ?? '', { retryDelays: null })
  expect(await handler.sessions.list({ owner: undefined })).toEqual([])
  await expect(Upload.terminate(url ?? '', { retryDelays: null })).rejects.toThrow('404')
})

test('a file beyond the limit is refused', async () => {
  const { endpoint, finished } = await serve({ maxSize: MiB })
  await expect(send(file, { endpoint })).rejects.toThrow('413')
  expect(finished).toEqual([])
})

test('an upload whose server has lost it begins anew', async () => {
  const { endpoint, received } = await serve()
  const uploadUrl = `${endpoint}0f8fad5b-d9cb-469f-a165-70867728950e/`
  await send(file, { endpoint, uploadUrl })
  expect(await received()).toBe(md5(file))
})

test('retries go on where the hook of the host failed', async () => {
  let calls = 0
  const { endpoint, handler } = await serve({
    onError: () => {},
    onComplete: () => {
      calls += 1
      if (calls === 1) throw new Error('the archive is down')
    },
  })
  await send(file, { endpoint, chunkSize: 2 * MiB, retryDelays: [0, 0] })
  expect(calls).toBe(2)
  expect((await handler.sessions.list({ owner: undefined })).map(({ status }) => status)).toContain('complete')
})
