import { indexedDbStore } from '@chunkwise/client'

import { create, find, write } from '../element.ts'
import { plural } from '../format.ts'
import { showRecords } from './records.ts'
import { printScript, scriptOf } from './script-of.ts'
import { connectLab } from './server.ts'
import type { LabState } from './state.ts'
import { connectSwitches } from './switches.ts'
import { createTimeline, createTimelineTable, writeTimeline } from './timeline.ts'

const alert = find('alert', HTMLElement)

function report(error: unknown): void {
  alert.hidden = false
  write(alert, error instanceof Error ? error.message : String(error))
}

// What is under way gets longer though nothing is told of it.
const growMs = 200

if (__LAB__ === undefined) report('The laboratory needs a server of its own: start the demo by "pnpm demo".')
else begin(__LAB__)

function begin(address: string): void {
  const timelines = [
    createTimeline(find('timeline', HTMLElement)),
    createTimelineTable(find('timeline-table', HTMLDetailsElement)),
  ]
  const words = find('timeline-words', HTMLElement)
  const script = find('script', HTMLElement)
  const upload = find('server', HTMLElement)
  let last: { readonly state: LabState; readonly at: number } | undefined

  const server = connectLab(address, draw)
  const switches = connectSwitches(server, report)

  function draw(state: LabState): void {
    last = { state, at: performance.now() }
    switches.draw(state)
    write(upload, serverWords(state.server))
    writeTimeline(words, state.requests)
    write(script, printScript(scriptOf(state.requests)))
    drawTimelines(state, state.now)
  }

  function drawTimelines({ requests }: LabState, now: number): void {
    for (const timeline of timelines) timeline.draw(requests, now)
  }

  setInterval(() => {
    if (!last?.state.requests.some(({ outcome }) => outcome === undefined)) return
    drawTimelines(last.state, last.state.now + performance.now() - last.at)
  }, growMs)

  find('clear', HTMLButtonElement).addEventListener('click', () => void server.clear().catch(report))
  connectCopy(script)
  connectSecondTab()
  showRecords(find('records', HTMLElement), indexedDbStore())
}

const serverWords = ({ process, kills }: LabState['server']): string =>
  `${process === undefined ? 'Server killed, starting again' : `Server process ${process}`}, killed ${plural(kills, 'time')}`

const copiedMs = 2000

function connectCopy(script: HTMLElement): void {
  const button = find('copy', HTMLButtonElement)
  const said = find('said', HTMLElement)
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(script.textContent)
    write(button, 'Copied')
    write(said, 'The fault script is copied')
    setTimeout(() => {
      write(button, 'Copy')
      write(said, '')
    }, copiedMs)
  }
  button.addEventListener('click', () => void copy().catch(report))
}

// Only when asked for: two tabs that come back together would go on with the same unfinished uploads.
function connectSecondTab(): void {
  const place = find('tab-b', HTMLElement)
  find('open-tab-b', HTMLButtonElement).addEventListener('click', () => {
    const { src } = find('tab-a', HTMLIFrameElement)
    const frame = create('iframe', { class: 'tab-page', id: 'tab-b', name: 'Tab B', title: 'Tab B', src })
    place.replaceWith(frame)
    frame.focus()
  })
}
