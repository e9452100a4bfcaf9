import { expect, test } from 'vitest'
import { deadLinks, type Targets } from './links.ts'

const pages: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['# A', '[b](docs/b.md) and [there](docs/b.md#what-isnt-there)', '[far](https://example.com/x.md#y)'],
  'docs/b.md': ["## What isn't there", '![picture](images/c.png) [up](../README.md) [here](#what-isnt-there)'],
  'docs/lost.md': ['[x](../b.md)', '', '[y](b.md#lost) ![z](images/lost.png) [api](api/client.md#lost)'],
}
const targets: Targets = {
  exists: (path) => path in pages || path === 'docs/images/c.png',
  proseOf: (page) => pages[page],
}

test('links to files and headings that are there are alive', () => {
  expect([...deadLinks('README.md', targets), ...deadLinks('docs/b.md', targets)]).toEqual([])
})

test('each link that leads nowhere is told with its line', () => {
  expect(deadLinks('docs/lost.md', targets)).toEqual([
    'docs/lost.md:1 The link to ../b.md leads nowhere',
    'docs/lost.md:3 The link to b.md#lost leads nowhere',
    'docs/lost.md:3 The link to images/lost.png leads nowhere',
  ])
})
