import { find } from '../element.ts'
import { randomFile } from './random-file.ts'

const size = 24_000_000

// Of two frames on one page, each is known by its name.
if (window.name) find('tab', HTMLElement).ariaLabel = window.name

let made = 0

find('sample', HTMLButtonElement).addEventListener('click', () => {
  const input = find('files', HTMLInputElement)
  const chosen = new DataTransfer()
  made += 1
  chosen.items.add(randomFile(`sample ${made}.bin`, size))
  // As if a person had chosen it.
  input.files = chosen.files
  input.dispatchEvent(new Event('change', { bubbles: true }))
})
