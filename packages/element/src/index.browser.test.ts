import { createUploader, memoryStore, tus, UploadError, type Upload } from '@chunkwise/client'
import { createFaultServer, type Script } from '@chunkwise/testing'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { german } from './texts/german.ts'
import { ChunkwiseUpload, type UploadEvents } from './index.ts'

let host: HTMLElement
let places = 0
const complaint = vi.fn()

beforeEach(() => {
  host = document.body.appendChild(document.createElement('main'))
  vi.spyOn(console, 'error').mockImplementation(complaint)
})
afterEach(() => {
  host.remove()
  vi.restoreAllMocks()
  expect(complaint.mock.calls).toEqual([])
})

function rig(script: Script = []) {
  places += 1
  const server = createFaultServer({ endpoint: `${location.origin}/api/${places}/`, script })
  return { server, options: { transport: server.transport(UploadError), store: memoryStore() } }
}

/** An element in the page, with a server of its own unless it is given one. */
function show(attributes = 'multiple', { server, options }: ReturnType<typeof rig> = rig()) {
  const endpoint = attributes.includes('endpoint') ? '' : `endpoint="${server.endpoint}"`
  const holder = document.createElement('form')
  holder.innerHTML = `<chunkwise-upload ${endpoint} ${attributes}></chunkwise-upload>`
  const element = holder.querySelector('chunkwise-upload')
  if (!(element instanceof ChunkwiseUpload)) throw new Error('The element is not defined')
  element.options = options
  host.append(holder)
  return { element, form: holder, server, options }
}

const file = (name = 'a.txt', text = '0123456789') => new File([text], name, { type: 'text/plain' })
/** A chunk gets no answer. */
const stalled = { fault: 'delay', ms: 600_000, on: 'append' } as const
const large = (name = 'a.bin', size = 200_000) => new File([new Uint8Array(size)], name)
/** More than goes whole in one request, once the server is known. */
const inParts = 1_100_000
const all = (element: ChunkwiseUpload, selector: string) => [
  ...(element.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? []),
]
const find = (element: ChunkwiseUpload, selector: string): HTMLElement => {
  const [found] = all(element, selector)
  if (!found) throw new Error(`There is no ${selector} in ${element.shadowRoot?.innerHTML}`)
  return found
}
const text = (element: ChunkwiseUpload, selector: string): string =>
  all(element, selector)
    .map(({ textContent }) => textContent)
    .join(' ')
const choose = (chosen: File): Promise<void> => userEvent.upload(page.getByLabelText(/^Choose/), chosen)
/** Presses a button. By script: neither mouse nor keyboard of a test reach into this frame in Firefox. */
const press = async (element: ChunkwiseUpload, action: string): Promise<void> => {
  await expect.poll(() => all(element, `[data-action=${action}]:not([hidden])`)).toHaveLength(1)
  const button = find(element, `[data-action=${action}]`)
  button.focus()
  button.click()
}
const isListed = (element: ChunkwiseUpload, status: string, count = 1) =>
  expect.poll(() => all(element, `li[part~=${status}]`)).toHaveLength(count)

function transferOf(...files: readonly File[]): DataTransfer {
  const transfer = new DataTransfer()
  for (const each of files) transfer.items.add(each)
  return transfer
}

/** What an earlier visit left paused, its file not kept. */
async function leave({ server, options }: ReturnType<typeof rig>, chosen = large()): Promise<void> {
  const before = createUploader({ endpoint: server.endpoint, ...options, chunkSize: 65_536, copies: { file: 0 } })
  const upload = before.add(chosen)
  upload.subscribe(({ offset }) => offset > 0 && upload.pause())
  await expect.poll(() => upload.getState()).toMatchObject({ status: 'paused', offset: 65_536 })
}

describe('a file', () => {
  test('is uploaded when it is chosen', async () => {
    const { element, server } = show()
    await choose(file())
    await isListed(element, 'completed')
    expect(text(element, '[part=name]')).toBe('a.txt')
    expect(text(element, '[part=amount]')).toBe('10 bytes · 100%')
    expect(find(element, '[role=progressbar]').getAttribute('aria-valuenow')).toBe('100')
    expect(await server.sessions()).toHaveLength(1)
  })

  test('is uploaded when it is dropped or pasted, and the page stays', async () => {
    const { element } = show()
    await expect.poll(() => element.uploader).toBeDefined()
    const drop = new DragEvent('drop', { dataTransfer: transferOf(file()), bubbles: true, cancelable: true })
    element.dispatchEvent(drop)
    expect(drop.defaultPrevented).toBe(true)
    await isListed(element, 'completed')
    // Firefox gives nobody a way to make such an event with files in it.
    const paste = new ClipboardEvent('paste', { bubbles: true, composed: true })
    Object.defineProperty(paste, 'clipboardData', { value: transferOf(file('b.txt', 'b')) })
    find(element, 'input').dispatchEvent(paste)
    await isListed(element, 'completed', 2)
    expect(text(element, '[part=name]')).toBe('a.txt b.txt')
  })

  test('that is dragged over it is shown a place, as long as it is there', () => {
    const { element } = show()
    const drag = (type: string) =>
      element.dispatchEvent(new DragEvent(type, { dataTransfer: transferOf(file()), cancelable: true }))
    drag('dragenter')
    drag('dragenter')
    drag('dragleave')
    expect(all(element, '[data-over]')).toHaveLength(1)
    drag('dragleave')
    expect(all(element, '[data-over]')).toHaveLength(0)
  })

  test('is one where only one is taken, and another may follow when it is removed', async () => {
    const { element } = show('')
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: transferOf(file(), file('b.txt', 'b')) }))
    await isListed(element, 'completed')
    expect(text(element, '[part=message]')).toBe('Only one file: remove the other one first')
    expect(find(element, '[part=zone]').hidden).toBe(true)
    await press(element, 'remove')
    await isListed(element, 'completed', 0)
    await choose(file('b.txt', 'b'))
    await expect.poll(() => text(element, '[part=name]')).toBe('b.txt')
    expect(text(element, '[part=message]')).toBe('')
  })

  test('that is not accepted says why, and the others go on', async () => {
    const { element } = show('multiple accept=".png" max-size="1kB"')
    element.add(file())
    element.add(new File([new Uint8Array(2000)], 'large.png'))
    element.add(file('small.png'))
    await isListed(element, 'completed')
    await isListed(element, 'failed', 2)
    expect(text(element, '[part=detail]')).toContain('Files of this type are not allowed')
    expect(text(element, '[part=detail]')).toContain('The file is larger than allowed')
    expect(all(element, '[data-action=retry]')).toHaveLength(0)
  })
})

describe('a person', () => {
  test('can pause, resume and cancel', async () => {
    const { element, server } = show('multiple chunk-size="65536"', rig([stalled]))
    const upload = element.add(large())
    await isListed(element, 'uploading')
    await press(element, 'pause')
    await isListed(element, 'paused')
    expect(text(element, '[part=status]')).toBe('Paused')
    server.play([])
    await press(element, 'resume')
    await upload.finished
    await isListed(element, 'completed')
    server.play([stalled])
    element.add(large('b.bin', inParts))
    await isListed(element, 'uploading')
    await press(element, 'cancel')
    await expect.poll(() => text(element, '[part=name]')).toBe('a.bin')
  })

  test('can try again what failed', async () => {
    const { element } = show('multiple', rig([400]))
    element.add(file())
    await press(element, 'retry')
    await isListed(element, 'completed')
  })

  test('chooses the file again after a reload, and it goes on where the server stands', async () => {
    const place = rig()
    await leave(place)
    const { element } = show('multiple', place)
    await expect.poll(() => text(element, '[part=status]')).toBe('Needs the file')
    expect(text(element, '[part=detail]')).toBe('It goes on from 65.5 kB once you choose it')
    const click = vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(function (this: HTMLInputElement) {
      Object.defineProperty(this, 'files', { value: [large()] })
      this.dispatchEvent(new Event('change'))
    })
    await press(element, 'chooseAgain')
    await isListed(element, 'completed')
    expect(click).toHaveBeenCalledOnce()
    expect(place.server.story().filter((line) => line.includes(' 0-'))).toHaveLength(1)
  })

  test('keeps the place of the keyboard when a row goes, also while another window is in front', async () => {
    const { element } = show()
    // As Firefox answers then.
    vi.spyOn(Element.prototype, 'matches').mockReturnValue(false)
    for (const name of ['a', 'b']) element.add(file(name, name))
    await isListed(element, 'completed', 2)
    const buttons = () => all(element, '[data-action=remove]')
    buttons()[0]?.focus()
    buttons()[0]?.click()
    await isListed(element, 'completed', 1)
    expect(element.shadowRoot?.activeElement).toBe(buttons()[0])
    buttons()[0]?.click()
    await isListed(element, 'completed', 0)
    expect(element.shadowRoot?.activeElement).toBe(find(element, 'input'))
  })

  test('is told what matters by a live region', async () => {
    const { element } = show()
    element.add(file())
    await expect.poll(() => text(element, '[role=status]')).toBe('a.txt: Completed')
  })

  test('sees in the details how much is where', async () => {
    const { element, server } = show('multiple chunk-size="65536"', rig([stalled]))
    element.add(large())
    await expect.poll(() => server.story().length).toBeGreaterThan(1)
    await isListed(element, 'uploading')
    find(element, 'summary').click()
    await expect.poll(() => text(element, '[part=legend]')).toMatch(/^65.5 kB confirmed, .* to go$/)
    expect(find(element, '[part=map] i').style.getPropertyValue('--offset')).toBe('98.3%')
  })
})

describe('attributes and properties', () => {
  test('mirror each other', () => {
    const { element } = show('multiple max-size="5MB" chunk-size="auto" auto-start="false" protocol="tus"')
    expect(element).toMatchObject({ multiple: true, maxSize: 5_000_000, chunkSize: 'auto', autoStart: false })
    expect(element).toMatchObject({ protocol: 'tus', required: false, accept: undefined })
    Object.assign(element, { multiple: false, maxSize: 7, autoStart: true, accept: '.png', protocol: undefined })
    expect(element.getAttributeNames().toSorted()).toEqual(
      ['accept', 'auto-start', 'chunk-size', 'endpoint', 'max-size'].toSorted(),
    )
    expect(element.getAttribute('max-size')).toBe('7')
  })

  test('that are wrong say what was expected, and nothing is lost', async () => {
    const { element } = show()
    const errors: unknown[] = []
    host.addEventListener('upload-error', ({ detail }) => errors.push(detail.error))
    element.add(file())
    await isListed(element, 'completed')
    element.setAttribute('max-size', '5 apples')
    const message = 'Cannot read max-size="5 apples": expected a number of bytes, such as 5000000, 5MB or 5MiB'
    await expect.poll(() => text(element, '[role=alert]')).toBe(message)
    expect(errors).toMatchObject([{ name: 'TypeError', message }])
    expect(() => element.add(file('b', 'b'))).toThrow(message)
    await isListed(element, 'completed')
    element.setAttribute('max-size', '5 MB')
    await expect.poll(() => find(element, '[role=alert]').hidden).toBe(true)
    const wrong = (name: string, value: unknown) => () => Object.assign(element, { [name]: value })
    expect(wrong('maxSize', -1)).toThrow(
      new TypeError('Cannot set maxSize: expected a number of bytes, such as 5000000, 5MB or 5MiB, got -1'),
    )
    expect(wrong('protocol', 'ftp')).toThrow(
      'Cannot set protocol: expected "auto", "django-tus", "drf", "ietf", "tus"; as a property also an object of the client, got "ftp"',
    )
    expect(wrong('headers', { 'X-A': 1 })).toThrow('Cannot set headers: expected texts')
    expect(wrong('texts', 'German')).toThrow('Cannot set texts: expected an object, got "German"')
    expect(element.maxSize).toBe(5_000_000)
  })

  test('a missing endpoint is said', async () => {
    const { element } = show('endpoint=""')
    await expect.poll(() => text(element, '[role=alert]')).toBe('Cannot upload: the attribute endpoint is missing')
  })

  test('headers are those of the attribute, or of the function that the property is then', async () => {
    const asked: (string | undefined)[] = []
    const place = rig()
    const { transport } = place.options
    const spying: typeof transport = (request, tools) => {
      asked.push(request.headers['X-Token'])
      return transport(request, tools)
    }
    const { element } = show('multiple', { ...place, options: { ...place.options, transport: spying } })
    element.headers = () => ({ 'X-Token': 'property' })
    await element.add(file()).finished
    expect(new Set(asked)).toEqual(new Set(['property']))
    element.setAttribute('headers', '{"X-Token":"attribute"}')
    expect(element.headers).toEqual({ 'X-Token': 'attribute' })
  })

  test('another dialect is spoken by name or by object', async () => {
    for (const protocol of ['tus', tus()]) {
      const place = rig()
      const { element, server } = show('multiple', place)
      Object.assign(element, { protocol })
      await element.add(file()).finished
      expect(server.log[0]).toMatchObject({ kind: 'create' })
      expect(element.uploader?.getState().count).toEqual({ completed: 1 })
    }
  })

  test('that were set before the element was defined are taken over', async () => {
    const { server, options } = rig()
    const early = document.createElement('div')
    Object.assign(early, { endpoint: server.endpoint, options, multiple: true })
    const { element } = show('')
    const values = Object.fromEntries(Object.entries(early))
    for (const [name, value] of Object.entries(values))
      Object.defineProperty(element, name, { value, configurable: true, enumerable: true, writable: true })
    element.connectedCallback()
    expect(element.getAttribute('endpoint')).toBe(server.endpoint)
    expect(element.multiple).toBe(true)
    await element.add(file()).finished
    expect(await server.sessions()).toHaveLength(1)
  })
})

describe('events', () => {
  test('tell every change, and bubble', async () => {
    const { element } = show('multiple')
    const told: string[] = []
    const listen = <Name extends keyof UploadEvents>(name: Name, say: (detail: UploadEvents[Name]) => string): void =>
      host.addEventListener(name as 'upload-added', ({ detail }) =>
        told.push(`${name} ${say(detail as unknown as UploadEvents[Name])}`),
      )
    listen('upload-added', ({ upload }) => upload.name)
    listen('upload-change', ({ state, before }) => `${before.status} ${state.status}`)
    listen('upload-completed', ({ finished, value }) => `${finished.verified} ${value.length > 0}`)
    listen('upload-failed', ({ error }) => error.code)
    listen('upload-removed', ({ upload }) => upload.name)
    const upload = element.add(file())
    await upload.finished
    await expect.poll(() => told.at(-1)).toBe('upload-completed true true')
    element.uploader?.remove(upload)
    await expect.poll(() => told.at(-1)).toBe('upload-removed a.txt')
    expect(told[0]).toBe('upload-added a.txt')
    expect(told).toContain('upload-change queued preparing')
    element.add(new File([], 'empty.png'))
    expect(told.at(-1)).toBe('upload-added empty.png')
  })

  test('an upload is added once, also when the element moves', async () => {
    const { element } = show('multiple')
    const added = vi.fn()
    element.addEventListener('upload-added', added)
    await element.add(file()).finished
    const elsewhere = host.appendChild(document.createElement('section'))
    elsewhere.append(element)
    await isListed(element, 'completed')
    expect(added).toHaveBeenCalledOnce()
  })
})

describe('in a form', () => {
  test('each finished upload is submitted under the name', async () => {
    const { element, form } = show('multiple name="file"')
    await Promise.all([element.add(file()).finished, element.add(file('b', 'b')).finished])
    const submitted = new FormData(form).getAll('file')
    expect(submitted).toHaveLength(2)
    expect(submitted).toEqual(element.value)
    expect(element.form).toBe(form)
    element.name = 'other'
    await expect.poll(() => new FormData(form).getAll('other')).toEqual(submitted)
    expect(new FormData(form).has('file')).toBe(false)
  })

  test('it is required, and not valid before what is under way has ended', async () => {
    const { element, form } = show('multiple name="file" required auto-start="false"')
    await expect.poll(() => element.validity.valueMissing).toBe(true)
    expect(element.validationMessage).toBe('Upload a file')
    const upload = element.add(file())
    expect(element.validationMessage).toBe('Wait until the uploads have finished, or cancel them')
    upload.start()
    await upload.finished
    expect(form.checkValidity()).toBe(true)
  })

  test('a reset clears it', async () => {
    const { element, form, server } = show('multiple name="file" chunk-size="65536"')
    await element.add(file()).finished
    server.play([stalled])
    element.add(large('b.bin', inParts))
    await isListed(element, 'uploading')
    form.reset()
    await expect.poll(() => element.uploads).toEqual([])
    await expect.poll(() => all(element, 'li')).toEqual([])
    expect(new FormData(form).has('file')).toBe(false)
  })

  test('it is disabled with its fieldset', async () => {
    const { element, form } = show('multiple')
    const fieldset = document.createElement('fieldset')
    form.append(fieldset)
    fieldset.append(element)
    fieldset.disabled = true
    expect(find(element, 'input').matches(':disabled')).toBe(true)
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: transferOf(file()) }))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(element.uploads).toEqual([])
    fieldset.disabled = false
    expect(find(element, 'input').matches(':disabled')).toBe(false)
  })

  test('a label names it', async () => {
    const { element, form } = show('multiple id="it"')
    form.insertAdjacentHTML('afterbegin', '<label for="it"> Your film </label>')
    element.connectedCallback()
    await expect.poll(() => find(element, 'fieldset').getAttribute('aria-label')).toBe('Your film')
    form.querySelector('label')?.click()
    expect(document.activeElement).toBe(element)
  })
})

describe('the list', () => {
  test('two elements with one endpoint share their uploads', async () => {
    const place = rig()
    const [one, two] = [show('multiple', place).element, show('multiple', place).element]
    await one.add(file()).finished
    await isListed(one, 'completed')
    await isListed(two, 'completed')
    expect(two.uploader).toBe(one.uploader)
  })

  test('of many rows only those change whose upload does', async () => {
    const { element } = show('multiple auto-start="false"')
    const uploads = Array.from({ length: 100 }, (_, number) => element.add(file(`${number}.txt`, `${number}`)))
    await isListed(element, 'idle', 100)
    const changed = new Set<number>()
    const rows = all(element, 'li')
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const node = target instanceof Element ? target : target.parentElement
        changed.add(rows.findIndex((row) => row.contains(node)))
      }
    })
    observer.observe(find(element, 'ul'), { subtree: true, childList: true, attributes: true, characterData: true })
    uploads[7]?.start()
    await isListed(element, 'completed')
    observer.disconnect()
    expect([...changed]).toEqual([7])
  })

  test('speaks German when it is told to, also in the middle', async () => {
    const { element } = show('multiple')
    element.add(file())
    await isListed(element, 'completed')
    element.texts = german
    await expect.poll(() => text(element, '[part=status]')).toBe('Fertig')
    expect(text(element, '[part~=choose]')).toBe('Dateien auswählen')
    element.texts = { choose: 'Pick' }
    await expect.poll(() => text(element, '[part=status]')).toBe('Completed')
    expect(text(element, '[part~=choose]')).toBe('Pick')
  })

  test('takes its colours from properties, by whatever names the page has them', async () => {
    const { element } = show('multiple style="--accent: rgb(1, 2, 3); --chunkwise-accent: var(--accent)"')
    element.add(large())
    await isListed(element, 'completed')
    expect(getComputedStyle(find(element, '[part~=choose]')).backgroundColor).toBe('rgb(1, 2, 3)')
  })

  test('is accessible, whatever is on it, in light and dark, from left and right', async () => {
    const place = rig()
    await leave(place)
    const { element, server } = show('multiple accept=".txt,.bin"', place)
    document.title = 'Uploads'
    document.documentElement.lang = 'en'
    element.add(file())
    element.add(file('refused.png'))
    await isListed(element, 'completed')
    await isListed(element, 'failed')
    await isListed(element, 'paused')
    expect(server.log.length).toBeGreaterThan(0)
    for (const summary of all(element, 'summary')) summary.click()
    for (const [scheme, background, colour] of [
      ['light', '#fff', '#14171c'],
      ['dark', '#16191f', '#eceef2'],
    ] as const) {
      Object.assign(document.documentElement.style, { colorScheme: scheme, background, color: colour })
      for (const dir of ['ltr', 'rtl']) {
        host.dir = dir
        const { violations } = await axe.run(host)
        expect(violations.map(({ id, nodes }) => `${scheme} ${dir} ${id}: ${nodes[0]?.failureSummary}`)).toEqual([])
      }
    }
    document.documentElement.removeAttribute('style')
  })
})

test('the uploads of an element that has gone go on', async () => {
  const { element, form, server } = show('multiple chunk-size="65536"')
  const upload: Upload = element.add(large())
  form.remove()
  await upload.finished
  expect(await server.sessions()).toHaveLength(1)
  expect(() => element.add(file())).toThrow('Cannot add: the element is in no page')
})
