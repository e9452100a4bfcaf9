import { createUploader, memoryStore, UploadError, type Upload, type Uploader } from '@chunkwise/client'
import { createFaultServer } from '@chunkwise/testing'
import { memo, StrictMode, version, type ReactNode } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import { useUpload, useUploader, useUploaderState, type UseUploaderOptions } from './index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly react: string
  }
}

let host: HTMLElement
let root: Root | undefined
let places = 0
const complaint = vi.fn()

beforeEach(() => {
  host = document.body.appendChild(document.createElement('div'))
  vi.spyOn(console, 'error').mockImplementation(complaint)
})
afterEach(() => {
  root?.unmount()
  root = undefined
  host.remove()
  vi.restoreAllMocks()
  expect(complaint.mock.calls).toEqual([])
})

function rig(options: Partial<UseUploaderOptions> = {}) {
  places += 1
  const server = createFaultServer({ endpoint: `${location.origin}/api/${places}/` })
  return {
    server,
    options: { endpoint: server.endpoint, transport: server.transport(UploadError), store: memoryStore(), ...options },
  }
}

function show(node: ReactNode): void {
  root ??= createRoot(host)
  root.render(<StrictMode>{node}</StrictMode>)
}

const seen = (): string => host.textContent ?? ''
let renderings = new Map<string, number>()
const Row = memo(({ upload }: { readonly upload: Upload }) => {
  const { status, offset } = useUpload(upload)
  renderings.set(upload.name, (renderings.get(upload.name) ?? 0) + 1)
  return (
    <li>
      {upload.name}: {status} {offset}
    </li>
  )
})

let list: { uploader: Uploader; add: Uploader['add'] }
function List({ options }: { readonly options: UseUploaderOptions }) {
  const handle = useUploader(options)
  list = handle
  return (
    <ul>
      {handle.uploads.map((upload, key) => (
        <Row key={key} upload={upload} />
      ))}
    </ul>
  )
}

test('a file that is added is shown until it is there, once, also in StrictMode', async () => {
  const { server, options } = rig()
  show(<List options={options} />)
  await expect.poll(() => host.querySelector('ul')).not.toBeNull()
  const upload = list.add(new File(['0123456789'], 'a.txt'))
  await expect.poll(seen).toBe('a.txt: completed 10')
  expect(await upload.finished).toMatchObject({ verified: true })
  expect(await server.sessions()).toHaveLength(1)
})

test('an upload goes on when its component has gone, and is there when it comes back', async () => {
  const { options } = rig({ autoStart: false })
  show(<List options={options} />)
  await expect.poll(() => host.querySelector('ul')).not.toBeNull()
  const upload = list.add(new File(['0123456789'], 'a.txt'))
  await expect.poll(seen).toBe('a.txt: idle 0')
  show(null)
  await expect.poll(seen).toBe('')
  upload.start()
  await upload.finished
  show(<List options={options} />)
  await expect.poll(seen).toBe('a.txt: completed 10')
})

test('it is told when the component has gone, and not by StrictMode, which mounts it twice', async () => {
  const onUnmount = vi.fn()
  const { options } = rig({ onUnmount })
  show(<List options={options} />)
  await expect.poll(() => host.querySelector('ul')).not.toBeNull()
  show(<List options={{ ...options, chunkSize: 65_536 }} />)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(onUnmount).not.toHaveBeenCalled()
  const { uploader } = list
  show(null)
  await expect.poll(() => onUnmount.mock.calls).toEqual([[uploader]])
})

test('what an earlier visit left comes back by itself, unless it is not to', async () => {
  for (const restore of [true, false]) {
    const store = memoryStore()
    const { options } = rig({ store, restore })
    const { restore: _, ...before } = options
    const left = createUploader({ ...before, chunkSize: 65_536 }).add(new File([new Uint8Array(200_000)], 'a.bin'))
    left.subscribe(({ offset }) => offset > 0 && left.pause())
    await expect.poll(() => left.getState()).toMatchObject({ status: 'paused', offset: 65_536 })
    show(<List options={options} />)
    if (restore) await expect.poll(seen).toBe('a.bin: paused 65536')
    else {
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(seen()).toBe('')
    }
    root?.unmount()
    root = undefined
  }
})

test('of many uploads only those are rendered anew that get on', async () => {
  const { options } = rig({ autoStart: false })
  renderings = new Map()
  show(<List options={options} />)
  await expect.poll(() => host.querySelector('ul')).not.toBeNull()
  const uploads = Array.from({ length: 100 }, (_, number) => list.add(new File([`${number}`], `${number}.txt`)))
  await expect.poll(() => host.querySelectorAll('li').length).toBe(100)
  const before = new Map(renderings)
  uploads[7]?.start()
  await expect.poll(() => host.querySelectorAll('li')[7]?.textContent).toBe('7.txt: completed 1')
  const changed = [...renderings].filter(([name, times]) => times !== before.get(name))
  expect(changed.map(([name]) => name)).toEqual(['7.txt'])
})

test('the totals are those of all uploads', async () => {
  const { options } = rig({ autoStart: false })
  const Total = () => {
    const { uploader } = useUploader(options)
    const { size, offset, count } = useUploaderState(uploader)
    list = uploader as typeof list & Uploader
    return (
      <>
        {offset} of {size}, {count.completed ?? 0} completed
      </>
    )
  }
  show(<Total />)
  await expect.poll(seen).toBe('0 of 0, 0 completed')
  const [one] = [list.add(new File(['12345'], 'a.txt')), list.add(new File(['123'], 'b.txt'))]
  await expect.poll(seen).toBe('0 of 8, 0 completed')
  one.start()
  await expect.poll(seen).toBe('5 of 8, 1 completed')
})

test('a page that a server has rendered is taken over without a word, with uploads that were there before', async () => {
  const { options } = rig()
  const page = <List options={options} />
  show(page)
  await expect.poll(() => host.querySelector('ul')).not.toBeNull()
  list.add(new File(['0123456789'], 'a.txt'))
  await expect.poll(seen).toBe('a.txt: completed 10')
  root?.unmount()
  host.innerHTML = renderToString(page)
  expect(host.innerHTML).toBe('<ul></ul>')
  root = hydrateRoot(host, page)
  await expect.poll(seen).toBe('a.txt: completed 10')
})

test('this is the React that it is said to be', () => {
  expect(version.split('.')[0]).toBe(inject('react'))
})
