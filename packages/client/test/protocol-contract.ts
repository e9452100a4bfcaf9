import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../src/errors.ts'
import type { UploadState } from '../src/machine.ts'
import { troubles, type Trouble } from './network.ts'
import { bytesOf, C, fileOf, reached } from './rig.ts'
import { content, md5, takeSteps, type Pair } from './steps.ts'
import { visits, type Visits } from './visits.ts'

/** What a far end does where not all do the same. */
export interface Abilities {
  /** A chunk at another offset than the server's is refused, and the offset told; or it spoils the upload, which is dropped. */
  readonly wrongOffset: 'told' | 'dropped'
  /** What ends an upload: a finish, or the last byte that is stored. */
  readonly endsBy: 'finish' | 'last byte'
  /** Whether the checksum is compared: by the server, or with what it tells. */
  readonly verifies: boolean
  /** Whether an upload can be dropped over the wire. */
  readonly terminates: boolean
  /** Whether an upload that the server does not know may be one that it hides from who is not signed in. */
  readonly hides: boolean
  /** What is said of an upload after its end: the same as then, or, with the digest, that all bytes are there. */
  readonly finished: 'complete' | 'whole' | 'gone' | ErrorCode
  /** What is said of its finish when that is sent again after it went unanswered. */
  readonly again: 'complete' | 'gone' | ErrorCode
  /** How an upload ends, if not completed, when this becomes of its last request. */
  readonly last: { readonly [T in Trouble]?: ErrorCode }
}

/** A protocol, its far end, and what that does. */
export interface Contracted extends Pair {
  readonly can: Abilities
}

const size = 3 * C

/** How many requests an upload takes when all goes well. */
async function countRequests(contracted: Contracted): Promise<number> {
  const { visit, end, network } = visits(contracted)
  await end(visit().uploader.add(fileOf(size)))
  return network.log.length
}

const codeOf = (state: UploadState): string =>
  state.status === 'failed' || state.status === 'paused' ? String(state.error?.code) : state.status

/**
 * What every protocol must do with its far end: step by step, and in whole uploads over a network that loses, doubles and
 * answers what it likes at each request. `can` says what the far end does where not all do the same.
 */
export function protocolContract(name: string, contracted: Contracted): void {
  const { can } = contracted
  const rig = () => takeSteps(contracted)
  const requestsOfFinish = async (): Promise<number> => {
    const { begin, complete, network } = rig()
    await begin(25)
    const before = network.log.length
    await complete(md5)
    return network.log.length - before
  }

  describe(`${name}: step by step`, () => {
    test('an upload is created, grows by its chunks, and is finished with the bytes of the file', async () => {
      const { create, append, offset, complete, protocol, server } = rig()
      const { offset: created } = await create()
      expect(created).toBe(protocol.far.first > 0 ? 10 : 0)
      if (created === 0) expect(await append(0, 10)).toMatchObject({ offset: 10 })
      expect(await offset()).toEqual({ offset: 10 })
      const whole = await append(10, 25)
      expect(whole).toMatchObject({ offset: 25 })
      const ended = whole !== 'gone' && whole.complete
      expect(ended || (await complete(md5))).toMatchObject({ verified: can.verifies })
      expect(await server.finished()).toEqual([content])
    })

    test('before anything has come, the offset is what the creation has brought', async () => {
      const { create, offset } = rig()
      const { offset: created } = await create()
      expect(await offset()).toEqual({ offset: created })
    })

    test('a finished upload is no longer one to go on with', async () => {
      const { begin, complete, offset } = rig()
      await begin(25)
      await complete(md5)
      const said = offset({ unanswered: 'complete', renewed: true })
      if (can.finished === 'complete') expect(await said).toMatchObject({ offset: 25, complete: {} })
      else if (can.finished === 'whole') expect(await said).toEqual({ offset: 25 })
      else if (can.finished === 'gone') expect(await said).toBe('gone')
      else await expect(said).rejects.toMatchObject({ code: can.finished })
    })

    test('a finish that went unanswered is not simply sent again', async () => {
      const { begin, complete, meet, server } = rig()
      await begin(25)
      const requests = await requestsOfFinish()
      if (requests === 0) return
      await expect(meet('lost', () => complete(md5), requests)).rejects.toThrow('Cannot ')
      const again = complete(md5, { unanswered: 'complete' })
      if (can.again === 'complete') expect(await again).toMatchObject({ verified: can.verifies })
      else if (can.again === 'gone') expect(await again).toBe('gone')
      else await expect(again).rejects.toMatchObject({ code: can.again })
      expect(await server.finished()).toEqual([content])
    })

    test.each([
      ['behind', 0],
      ['beyond', 15],
    ])('a chunk %s the offset does no harm', async (_, start) => {
      const { begin, append, offset } = rig()
      await begin()
      const said = await append(start, start + 10)
      if (can.wrongOffset === 'told') {
        expect(said).toEqual({ offset: 10 })
        expect(await offset()).toEqual({ offset: 10 })
      } else if (said !== 'gone') expect(said.offset).toBeLessThanOrEqual(start + 10)
    })

    test('an upload that is known no longer is gone, for every step', async () => {
      const steps = ['offset', 'append', 'complete'] as const
      // What the last byte has ended, nobody forgets in mid-upload.
      for (const step of steps.filter((each) => each !== 'complete' || can.endsBy === 'finish')) {
        const { begin, server, ...act } = rig()
        await begin(step === 'complete' ? 25 : 10)
        await server.forget()
        const run = { offset: act.offset, append: () => act.append(10, 25, { renewed: true }), complete: act.complete }
        const said =
          step === 'offset'
            ? run.offset({ renewed: true })
            : step === 'append'
              ? run.append()
              : run.complete(md5, { renewed: true })
        expect([step, await said]).toEqual([step, 'gone'])
      }
    })

    test('it may only be hidden from who is not signed in, as long as credentials can be renewed', async () => {
      const { begin, server, offset } = rig()
      await begin()
      await server.forget()
      const said = offset()
      if (can.hides) await expect(said).rejects.toMatchObject({ code: 'unauthorized' })
      else expect(await said).toBe('gone')
    })

    test('who is not signed in is told so, at every step that asks', async () => {
      const { begin, create, append, offset, server } = rig()
      server.signIn(false)
      await expect(create()).rejects.toMatchObject({ code: 'unauthorized' })
      server.signIn(true)
      await begin()
      server.signIn(false)
      await expect(append(10, 25)).rejects.toMatchObject({ code: 'unauthorized' })
      await expect(offset()).rejects.toMatchObject({ code: 'unauthorized' })
      server.signIn(true)
      expect(await offset()).toEqual({ offset: 10 })
    })

    test('a portal and a passing failure at any step are told as such, and the upload goes on', async () => {
      const { create, append, offset, meet, protocol } = rig()
      const codes = { portal: 'blocked', busy: 'server', drop: 'network' } as const
      const expectEach = async (step: () => Promise<unknown>): Promise<void> => {
        for (const trouble of ['portal', 'busy', 'drop'] as const) {
          await expect(meet(trouble, step)).rejects.toMatchObject({ code: codes[trouble] })
        }
      }
      await expectEach(() => create())
      await create()
      const start = protocol.far.first > 0 ? 10 : 0
      await expectEach(() => append(start, start + 5))
      await expectEach(() => offset())
      expect(await offset()).toEqual({ offset: start })
    })

    test('a finish with bytes missing says where the server stands', async () => {
      const { begin, complete } = rig()
      await begin()
      expect(await complete(md5)).toEqual({ offset: 10 })
    })

    if (can.verifies) {
      test('another checksum is told, and the right one is taken after it', async () => {
        const { begin, complete, server } = rig()
        await begin(25)
        const other = { ...md5, hex: '0'.repeat(32) }
        await expect(complete(other)).rejects.toMatchObject({ code: 'checksum' })
        expect(await server.finished()).toEqual(can.endsBy === 'finish' ? [] : [content])
        expect(await complete(md5)).toMatchObject({ verified: true })
      })
    }

    test('terminated, it is gone where the far end can do that', async () => {
      const { begin, terminate, offset } = rig()
      await begin()
      expect(await terminate()).toBe(can.terminates)
      expect(await offset({ renewed: true })).toEqual(can.terminates ? 'gone' : { offset: 10 })
    })
  })

  describe(`${name}: whole uploads`, () => {
    const expectEnd = async (
      { server }: Visits,
      state: UploadState,
      code: ErrorCode | 'completed',
      what: unknown,
    ): Promise<void> => {
      expect([what, codeOf(state)]).toEqual([what, code])
      const finished = await server.finished()
      if (code === 'completed') expect([what, finished.length]).toEqual([what, 1])
      for (const bytes of finished) expect([what, Buffer.from(bytes).equals(bytesOf(size))]).toEqual([what, true])
    }

    test.each(troubles)(
      'whatever request meets "%s", it ends as it must, with the right bytes once',
      async (trouble) => {
        const requests = await countRequests(contracted)
        for (let number = 1; number <= requests; number++) {
          const around = visits(contracted)
          around.at(number, () => trouble)
          const state = await around.end(around.visit().uploader.add(fileOf(size)))
          const end = number === requests ? can.last[trouble] : undefined
          await expectEnd(around, state, end ?? 'completed', [trouble, number, around.network.log])
        }
      },
    )

    test.each(['lost', 'drop'] as const)(
      'whenever the page is closed, the request under way being "%s", the next visit ends it',
      async (trouble) => {
        const requests = await countRequests(contracted)
        for (let number = 1; number <= requests; number++) {
          const around = visits(contracted)
          const { clock, visit, at, end } = around
          const page = visit()
          const closed = new Promise<void>((resolve) => {
            at(number, () => {
              page.close()
              resolve()
              return trouble
            })
          })
          page.uploader.add(fileOf(size))
          await clock.run(closed)
          const [upload] = await clock.run(visit().uploader.restore())
          if (!upload) throw new Error(`Nothing was left at request ${number}`)
          upload.choose(fileOf(size))
          const code = number === requests ? can.last[trouble] : undefined
          await expectEnd(around, await end(upload), code ?? 'completed', [trouble, number, around.network.log])
        }
      },
    )

    test('whenever the server forgets it, it is begun anew', async () => {
      // Before its first answer there is nothing to forget, and after its last chunk a finish may say anything.
      const around = visits(contracted)
      const { clock, server, visit, end } = around
      const upload = visit().uploader.add(fileOf(size))
      await clock.run(
        reached(
          upload,
          ({ offset }) => offset > 0,
          () => void server.forget(),
        ),
      )
      await expectEnd(around, await end(upload), 'completed', around.network.log)
      expect(upload.getState().restarts).toBe(1)
    })

    test('signed out on the way, it pauses, and goes on from where it was', async () => {
      const around = visits(contracted)
      const { clock, server, visit, end } = around
      const upload = visit().uploader.add(fileOf(size))
      await clock.run(
        reached(
          upload,
          ({ offset }) => offset > 0,
          () => server.signIn(false),
        ),
      )
      expect(await end(upload)).toMatchObject({ status: 'paused', reason: 'auth' })
      server.signIn(true)
      upload.resume()
      await expectEnd(around, await end(upload), 'completed', around.network.log)
      expect(upload.getState().restarts).toBe(0)
    })

    test('paused and resumed, nothing confirmed goes out again', async () => {
      const around = visits(contracted)
      const { clock, visit, end, network } = around
      const upload = visit().uploader.add(fileOf(size))
      await clock.run(
        reached(
          upload,
          ({ offset }) => offset > 0,
          () => upload.pause(),
        ),
      )
      const { offset } = upload.getState()
      upload.resume()
      await expectEnd(around, await end(upload), 'completed', network.log)
      const starts = network.log.flatMap((line) => /bytes (\d+)-/.exec(line)?.[1] ?? [])
      expect(starts.filter((start) => Number(start) === offset)).toHaveLength(1)
    })

    test('a file without bytes is finished, or refused before any request', async () => {
      const { visit, end, server, network } = visits(contracted)
      const state = await end(visit().uploader.add(fileOf(0)))
      if (contracted.protocol().far.empty) expect((await server.finished()).map(({ length }) => length)).toEqual([0])
      else expect([codeOf(state), network.log]).toEqual(['empty-file', []])
    })
  })
}
