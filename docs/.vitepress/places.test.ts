import { expect, test } from 'vitest'
import { linkOf, placeOf } from './places.ts'

test.each([
  ['README.md', 'overview.md'],
  ['docs/index.md', 'index.md'],
  ['docs/recipes/progress.md', 'recipes/progress.md'],
  ['docs/api/client.md', 'api/client.md'],
  ['packages/react/README.md', 'packages/react.md'],
])('%s is in the site at %s', (page, place) => {
  expect(placeOf(page)).toBe(place)
})

test.each([
  ['README.md', 'docs/errors.md', '/errors.md'],
  ['README.md', 'packages/react', '/packages/react.md'],
  ['README.md', 'packages/protocol', '/api/protocol.md'],
  ['docs/server.md', '../packages/server/README.md#mounting', '/packages/server.md#mounting'],
  ['docs/server.md', '../README.md#options', '/overview.md#options'],
  ['docs/recipes/progress.md', 'csp.md', '/recipes/csp.md'],
  ['docs/recipes/progress.md', '../errors.md', '/errors.md'],
  ['packages/react/README.md', '../../README.md', '/overview.md'],
  ['docs/server.md', '#tokens', '#tokens'],
  ['docs/server.md', 'https://example.com/a.md', 'https://example.com/a.md'],
])('in %s the link %s leads to %s', (page, href, link) => {
  expect(linkOf(page, href, (path) => path === 'packages/react/README.md')).toBe(link)
})
