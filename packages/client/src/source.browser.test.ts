import { expect, test } from 'vitest'
import { UploadError } from './errors.ts'
import { createSource } from './source.ts'

const never = new AbortController().signal

async function writeFile(name: string, content: string): Promise<FileSystemFileHandle> {
  const folder = await navigator.storage.getDirectory()
  const handle = await folder.getFileHandle(name, { create: true })
  const stream = await handle.createWritable()
  await stream.write(content)
  await stream.close()
  return handle
}

test('F40 a file that was written to since is told by one byte', async () => {
  const source = await createSource(await writeFile('changing.txt', '0123456789'))
  await source.probe(5)
  await writeFile('changing.txt', 'other')
  // Firefox swaps the whole file when a writer of its private file system closes: for it the old one is gone.
  await expect(source.probe(5)).rejects.toMatchObject({ code: expect.stringMatching(/^file-(changed|gone)$/) })
  await expect(source.samples(never)).rejects.toMatchObject({
    code: expect.stringMatching(/^file-(changed|gone)$/),
  })
})

test('F41 a file that was deleted is told by one byte, and so is a copy of its slice', async () => {
  const source = await createSource(await writeFile('leaving.txt', '0123456789'))
  await source.probe(5)
  await (await navigator.storage.getDirectory()).removeEntry('leaving.txt')
  await expect(source.probe(5)).rejects.toMatchObject({ code: expect.stringMatching(/^file-(changed|gone)$/) })
  await source.suspect(new UploadError('timeout', 'Cannot append'), 0)
  await expect(source.slice(0, 5)).rejects.toMatchObject({ code: expect.stringMatching(/^file-(changed|gone)$/) })
})

test('F47 a picture from a canvas is a file called "file"', async () => {
  const picture = await new Promise<Blob | null>((resolve) => document.createElement('canvas').toBlob(resolve))
  if (!picture) throw new Error('Expected a picture')
  expect(await createSource(picture)).toMatchObject({ name: 'file', type: 'image/png', size: picture.size })
})
