import { expect, test } from 'vitest'

test('where a server renders the page it is imported, and nothing happens', async () => {
  expect(globalThis.customElements).toBeUndefined()
  const { ChunkwiseUpload } = await import('./index.ts')
  expect(ChunkwiseUpload.formAssociated).toBe(true)
})
