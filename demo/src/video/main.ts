import { createAnnouncer } from '../announcer.ts'
import { connectDropZone } from '../drop-zone.ts'
import { find, write } from '../element.ts'
import { createFrames } from '../frames.ts'
import { createNotices } from '../notices.ts'
import { readQuery } from '../query.ts'
import { choiceOf, readChoice, writeChoice, type Choice } from './choice.ts'
import { openDesk, type Desk } from './desk.ts'
import { refusals } from './hosts.ts'

const alert = find('alert', HTMLElement)

try {
  begin()
} catch (error) {
  // A wrong option in the address, or a page of another server: nothing here would work.
  alert.hidden = false
  write(alert, error instanceof Error ? error.message : String(error))
}

function begin(): void {
  const hosts = __HOSTS__
  if (hosts === undefined) throw new Error('The video hosts need a server of their own: start the demo by "pnpm demo".')
  const query = readQuery(location.search)
  const notices = createNotices(find('notices', HTMLElement))
  const input = find('files', HTMLInputElement)
  const form = find('choice', HTMLFormElement)
  const report = (error: unknown): void => notices.show(error instanceof Error ? error.message : String(error))
  const around = {
    ...{ place: find('desks', HTMLElement), input, query, notices, frames: createFrames() },
    announcer: createAnnouncer(find('announcer', HTMLElement)),
  }
  // Each stays once it was opened: what it uploads goes on while the person looks at another.
  const desks = new Map<string, Desk>()

  function deskOf(choice: Choice): Desk {
    const key = `${choice.host} ${choice.as}`
    const desk = desks.get(key) ?? openDesk({ ...choice, ...around })
    desks.set(key, desk)
    return desk
  }

  function chosen(): Choice {
    const fields = new FormData(form)
    return choiceOf((name) => fields.get(name))
  }

  function show(): void {
    const desk = deskOf(chosen())
    for (const each of desks.values()) each.element.hidden = each !== desk
    write(find('endpoint', HTMLElement), desk.endpoint)
  }

  async function refuse(): Promise<void> {
    const response = await fetch(`${hosts}${chosen().host}/trouble`, { method: 'PUT' })
    if (!response.ok) throw new Error(`The fake host answers ${response.status}: restart the demo.`)
    notices.show(`The host answers the next ${refusals} chunks by 503: each is sent again after a second or so.`)
  }

  const { host, as } = readChoice(location.search)
  for (const [name, value] of Object.entries({ host, as })) {
    const field = form.elements.namedItem(name)
    if (field instanceof RadioNodeList || field instanceof HTMLSelectElement) field.value = value
  }
  form.addEventListener('change', () => {
    history.replaceState(undefined, '', writeChoice(location.search, chosen()))
    show()
  })
  find('refuse', HTMLButtonElement).addEventListener('click', () => void refuse().catch(report))
  connectDropZone({
    ...{ input, inputOnly: query.picker === 'input', onError: report },
    onFiles: (files) => deskOf(chosen()).take(files),
  })
  show()
}
