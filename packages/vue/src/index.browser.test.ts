import { createUploader, memoryStore, UploadError, type Upload, type Uploader } from '@chunkwise/client'
import { createFaultServer } from '@chunkwise/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createApp, createSSRApp, defineComponent, effectScope, h, nextTick, reactive, shallowRef, type App } from 'vue'
import { useUpload, useUploader, useUploaderState, type UseUploaderOptions } from './index.ts'

let host: HTMLElement
let app: App | undefined
let places = 0
const complaint = vi.fn()

beforeEach(() => {
  host = document.body.appendChild(document.createElement('div'))
  vi.spyOn(console, 'error').mockImplementation(complaint)
  vi.spyOn(console, 'warn').mockImplementation(complaint)
})
afterEach(() => {
  hide()
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

const seen = (): string => host.textContent ?? ''
let renderings = new Map<string, number>()
const Row = defineComponent(
  ({ upload }: { readonly upload: Upload }) => {
    const state = useUpload(() => upload)
    return () => {
      renderings.set(upload.name, (renderings.get(upload.name) ?? 0) + 1)
      return h('li', `${upload.name}: ${state.value.status} ${state.value.offset}`)
    }
  },
  { props: ['upload'] },
)

let list: Pick<Uploader, 'add'>
const listOf = (options: UseUploaderOptions) =>
  defineComponent(() => {
    const handle = useUploader(options)
    list = handle
    return () =>
      h(
        'ul',
        handle.uploads.value.map((upload, key) => h(Row, { key, upload })),
      )
  })

function show(options: UseUploaderOptions): void {
  app = createApp(listOf(options))
  app.mount(host)
}

function hide(): void {
  app?.unmount()
  app = undefined
}

test('a file that is added is shown until it is there', async () => {
  const { server, options } = rig()
  show(options)
  const upload = list.add(new File(['0123456789'], 'a.txt'))
  await expect.poll(seen).toBe('a.txt: completed 10')
  expect(await upload.finished).toMatchObject({ verified: true })
  expect(await server.sessions()).toHaveLength(1)
})

test('an upload goes on when its component has gone, and is there when it comes back', async () => {
  const { options } = rig({ autoStart: false })
  show(options)
  const upload = list.add(new File(['0123456789'], 'a.txt'))
  await expect.poll(seen).toBe('a.txt: idle 0')
  hide()
  upload.start()
  await upload.finished
  show(options)
  await expect.poll(seen).toBe('a.txt: completed 10')
})

test('it is told when the component has gone', () => {
  const onUnmount = vi.fn()
  const { options } = rig({ onUnmount })
  show(options)
  expect(onUnmount).not.toHaveBeenCalled()
  hide()
  expect(onUnmount).toHaveBeenCalledOnce()
})

test('what an earlier visit left comes back by itself, unless it is not to', async () => {
  for (const restore of [true, false]) {
    const { options } = rig({ restore })
    const { restore: _, ...before } = options
    const left = createUploader({ ...before, chunkSize: 65_536 }).add(new File([new Uint8Array(200_000)], 'a.bin'))
    left.subscribe(({ offset }) => offset > 0 && left.pause())
    await expect.poll(() => left.getState()).toMatchObject({ status: 'paused', offset: 65_536 })
    show(options)
    if (restore) await expect.poll(seen).toBe('a.bin: paused 65536')
    else {
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(seen()).toBe('')
    }
    hide()
  }
})

test('of many uploads only those are rendered anew that get on', async () => {
  const { options } = rig({ autoStart: false })
  renderings = new Map()
  show(options)
  const uploads = Array.from({ length: 100 }, (_, number) => list.add(new File([`${number}`], `${number}.txt`)))
  await expect.poll(() => host.querySelectorAll('li').length).toBe(100)
  const before = new Map(renderings)
  uploads[7]?.start()
  await expect.poll(() => host.querySelectorAll('li')[7]?.textContent).toBe('7.txt: completed 1')
  const changed = [...renderings].filter(([name, times]) => times !== before.get(name))
  expect(changed.map(([name]) => name)).toEqual(['7.txt'])
})

test('an upload in reactive state is the upload itself, not a proxy', async () => {
  const { options } = rig({ autoStart: false })
  show(options)
  const upload = list.add(new File(['0123456789'], 'a.txt'))
  await expect.poll(seen).toBe('a.txt: idle 0')
  expect(reactive({ upload }).upload).toBe(upload)
})

test('another upload in the ref is followed from then on, and none after the end of the scope', async () => {
  const { options } = rig({ autoStart: false })
  const scope = effectScope()
  await scope.run(async () => {
    const { add } = useUploader(options)
    const [one, other] = [add(new File(['12345'], 'a.txt')), add(new File(['123'], 'b.txt'))]
    const chosen = shallowRef(one)
    const state = scope.run(() => useUpload(chosen))
    expect(state?.value.size).toBe(5)
    chosen.value = other
    expect(state?.value.size).toBe(3)
    one.start()
    await one.finished
    expect(state?.value.status).toBe('idle')
    scope.stop()
    other.start()
    await other.finished
    expect(state?.value.status).toBe('idle')
  })
})

test('the totals are those of all uploads', async () => {
  const { options } = rig({ autoStart: false })
  const Total = defineComponent(() => {
    const { uploader } = useUploader(options)
    list = uploader
    const total = useUploaderState(uploader)
    return () => `${total.value.offset} of ${total.value.size}, ${total.value.count.completed ?? 0} completed`
  })
  app = createApp(Total)
  app.mount(host)
  expect(seen()).toBe('0 of 0, 0 completed')
  const [one] = [list.add(new File(['12345'], 'a.txt')), list.add(new File(['123'], 'b.txt'))]
  await expect.poll(seen).toBe('0 of 8, 0 completed')
  one.start()
  await expect.poll(seen).toBe('5 of 8, 1 completed')
})

test('a page that a server has rendered is taken over without a word, with uploads that were there before', async () => {
  const { options } = rig()
  show(options)
  list.add(new File(['0123456789'], 'a.txt'))
  await expect.poll(seen).toBe('a.txt: completed 10')
  hide()
  host.innerHTML = '<ul></ul>'
  app = createSSRApp(listOf(options))
  app.mount(host)
  await nextTick()
  expect(seen()).toBe('a.txt: completed 10')
})
