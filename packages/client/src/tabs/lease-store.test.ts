import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../stores/connection.ts'
import { indexedDbLeases } from './lease-store.ts'
import type { Lease } from './leases.ts'

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => vi.unstubAllGlobals())

const lease: Lease = { holder: 'one', count: 1, until: 5 }

test('a lease is written down for all pages, and removed', async () => {
  const [one, other] = [indexedDbLeases(connect), indexedDbLeases(connect)]
  expect(await one.change('film', () => lease)).toEqual(lease)
  const seen: (Lease | undefined)[] = []
  expect(await other.change('film', (before) => (seen.push(before), before))).toEqual(lease)
  await other.change('film', () => undefined)
  expect(await one.change('film', (before) => (seen.push(before), before))).toBeUndefined()
  expect(seen).toEqual([lease, undefined])
})

test('of many who change it at once each sees what the one before has made of it', async () => {
  const stores = Array.from({ length: 8 }, () => indexedDbLeases(connect))
  await Promise.all(
    stores.map(({ change }) => change('count', (before) => ({ ...lease, count: (before?.count ?? 0) + 1 }))),
  )
  expect(await stores[0]?.change('count', (before) => before)).toMatchObject({ count: 9 - 1 })
})
