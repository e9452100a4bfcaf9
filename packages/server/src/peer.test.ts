import { expect, test } from 'vitest'
import { forwardedFor, peerOf } from './peer.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', undefined],
  [undefined, undefined],
])('S06 %s is counted as %s', (address, peer) => {
  expect(peerOf(address)).toBe(peer)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['1.1.1.1, 203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, 2001:db8::1', '2001:db8::1'],
  ['unknown', undefined],
  ['203.0.113.9, <script>', undefined],
  ['', undefined],
])('S31 behind a proxy %j is told as %s: what a client has sent itself does not count', (header, address) => {
  const headers = { 'X-Forwarded-For': header }
  expect(forwardedFor(new Request('http://localhost/', { headers }))).toBe(address)
})
