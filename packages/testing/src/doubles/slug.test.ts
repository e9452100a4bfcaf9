import { expect, test } from 'vitest'
import { slugOf } from './slug.ts'

test.each([
  ['My film-2.mp4', 'my_film_2.mp4'],
  ['Été à Paris.MP4', 'ete_a_paris.MP4'],
  ['a.b.tar.gz', 'abtar.gz'],
  ['.htaccess', 'htaccess'],
  ['film%20one.mp4', 'film20one.mp4'],
  ['  many   spaces  ', 'many_spaces'],
  ['🎬.mp4', '.mp4'],
  ['', ''],
])('%j becomes %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug)
})
