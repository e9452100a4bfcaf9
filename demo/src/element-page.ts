import type { ChunkwiseUpload } from '@chunkwise/element'
import { german } from '@chunkwise/element/german'

import { find } from './element.ts'

// The element itself comes by its script tag: this page only shows what its form submits, and changes the language.

const form = find('form', HTMLFormElement)
const elements: Iterable<ChunkwiseUpload> = document.querySelectorAll('chunkwise-upload')
const output = find('output', HTMLOutputElement)
const language = find('language', HTMLSelectElement)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const entries = [...new FormData(form)].map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : value.name}`,
  )
  output.value = `The form submits ${entries.join(' & ')}`
})
form.addEventListener('reset', () => (output.value = ''))

language.addEventListener('change', () => {
  for (const element of elements) element.texts = language.value === 'de' ? german : {}
})
