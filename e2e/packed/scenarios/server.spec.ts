import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import type { ProjectName } from '../project.ts'
import { folderOf } from '../projects-folder.ts'
import { quietly } from '../quietly.ts'

const noBrowser = pathToFileURL(fileURLToPath(new URL('../no-browser.js', import.meta.url))).href

// A program that has kept something open would not end, and so fail here.
const node = (project: ProjectName, ...args: readonly string[]): Promise<string> =>
  quietly({ file: process.execPath, args, cwd: folderOf(project), env: { FORCE_COLOR: '0' } })

test('in Node a client uploads to the server of the same program', async () => {
  expect(JSON.parse(await node('node', 'upload.js'))).toMatchObject({ verified: true, answer: { offset: 3_000_000 } })
})

test('a server may import all of it: nothing happens, and nothing is left behind', async () => {
  const { names, left } = JSON.parse(await node('node', '--import', noBrowser, 'imports.js'))
  expect(names).toEqual(
    expect.arrayContaining(['createUploader', 'ChunkwiseUpload', 'german', 'createUploadHandler', 'createFaultServer']),
  )
  // What zod shares between copies of itself.
  expect(left.filter((name: string) => !name.startsWith('__zod_'))).toEqual([])
})

test('the protocol does what its README says', async () => {
  const said = (await readFile(join(folderOf('node'), 'protocol.js'), 'utf8')).matchAll(/\) \/\/ (.*)$/gm)
  const told = [...said].map(([, comment]) => comment)
  expect(told).not.toEqual([])
  expect((await node('node', 'protocol.js')).trim().split('\n')).toEqual(told)
})

for (const project of ['react', 'vue'] as const)
  test(`a server renders the component of the README (${project}): an empty list, and nothing of a browser is touched`, async () => {
    expect(await node(project, '--import', noBrowser, 'render.js')).toMatch(/^(<!--\[-->)?<input type="file" multiple/)
  })
