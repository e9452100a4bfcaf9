import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import fc from 'fast-check'
import { examples } from '../alike/examples.ts'
import { exceptions } from '../alike/exceptions.ts'
import { type Pair, play } from '../alike/play.ts'
import { sequences } from '../alike/random.ts'
import { openOurs, openTheirs } from '../alike/servers.ts'

/** Random sequences of requests. */
const runs = Number(process.env['ALIKE_RUNS'] ?? 300)
/** The seed that a run has printed, to see it again. */
const seed = process.env['ALIKE_SEED'] === undefined ? {} : { seed: Number(process.env['ALIKE_SEED']) }

const test = base.extend<object, { readonly pair: Pair }>({
  pair: [
    async ({ browserName: _any }, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'chunkwise-alike-'))
      const theirs = await openTheirs(join(folder, 'theirs'))
      const ours = await openOurs(join(folder, 'ours'))
      await use({ theirs, ours })
      await ours.close()
      await theirs.close()
      await rm(folder, { recursive: true, force: true })
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})

test.describe('our server and drf-chunked-upload 0.6.0 given the same requests', () => {
  test('answer alike and store alike, but for the exceptions below', async ({ pair }) => {
    // Half a minute; but a failure is shrunk, and that may take as long again, or longer.
    test.setTimeout(5 * 60_000)
    const seen = new Map<string, number>()
    let requests = 0
    const property = fc.asyncProperty(sequences, async (sequence) => {
      const played = await play(sequence, pair)
      requests += played.requests
      for (const { name } of played.seen) seen.set(name, (seen.get(name) ?? 0) + 1)
    })
    const fixed = examples.map((sequence): [typeof sequence] => [sequence])
    const result = await fc.check(property, { numRuns: runs + fixed.length, examples: fixed, ...seed })
    const cause = result.errorInstance
    if (result.failed)
      throw new Error(`\n${cause instanceof Error ? cause.message : String(cause)}\nALIKE_SEED=${result.seed}`)
    console.log(`ALIKE_SEED=${result.seed}: ${result.numRuns} sequences of ${requests} requests in all; excused:`)
    for (const { name } of exceptions) console.log(`  ${String(seen.get(name) ?? 0).padStart(4)} ${name}`)
  })

  for (const { name, reason, mount = 'uploads', example } of exceptions) {
    test(`differ: ${name}`, { annotation: { type: 'reason', description: reason } }, async ({ pair }) => {
      const { seen } = await play({ mount, commands: example }, pair)
      expect([...new Set(seen.map((exception) => exception.name))]).toEqual([name])
    })
  }
})
