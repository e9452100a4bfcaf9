import { find } from '../element.ts'

const size = 24_000_000

// As much as the browser gives at once.
const most = 65_536

let made = 0

find('sample', HTMLButtonElement).addEventListener('click', () => {
  const input = find('files', HTMLInputElement)
  const chosen = new DataTransfer()
  made += 1
  chosen.items.add(new File([randomBytes()], `sample ${made}.bin`))
  // As if a person had chosen it.
  input.files = chosen.files
  input.dispatchEvent(new Event('change', { bubbles: true }))
})

function randomBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += most) crypto.getRandomValues(bytes.subarray(at, at + most))
  return bytes
}
