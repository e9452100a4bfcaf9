import { expect, test } from 'vitest'
import { selfTimes } from './cpu-profile.ts'

test('self times are added up by function, the longest first', () => {
  const node = (id: number, functionName: string, url = '', lineNumber = -1) => ({
    id,
    callFrame: { functionName, url, lineNumber },
  })
  const profile = JSON.stringify({
    nodes: [
      node(1, '(idle)'),
      node(2, 'write', 'file:///home/me/server/src/stores/disk.ts', 9),
      node(3, '', 'node:net', 4),
    ],
    samples: [1, 2, 3, 2],
    timeDeltas: [1000, 2000, 4000, 3000],
  })
  expect(selfTimes(profile)).toEqual([
    { name: 'write', place: 'stores/disk.ts:10', ms: 5 },
    { name: '(anonymous)', place: 'node:net:5', ms: 4 },
    { name: '(idle)', place: '', ms: 1 },
  ])
})
