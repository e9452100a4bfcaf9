import { find, write } from '../element.ts'
import { randomFile } from './random-file.ts'

const size = 24_000_000

// Of two frames on one page, each is known by its name, and so are its parts.
if (window.name) {
  find('tab', HTMLElement).ariaLabel = window.name
  find('add', HTMLElement).ariaLabel = `Add files, ${window.name}`
  write(find('uploads-title', HTMLElement), `Uploads, ${window.name}`)
}

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
