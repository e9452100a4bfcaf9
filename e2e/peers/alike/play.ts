import { inspect } from 'node:util'
import { send } from './answer.ts'
import { type Ask, askOf, type Brings, sides, type Upload } from './ask.ts'
import { type Command, look, type Sequence, tables } from './command.ts'
import { type Exception, exceptions } from './exceptions.ts'
import { type Answers, differences, newIds } from './likeness.ts'
import type { Forgetful } from './servers.ts'
import { storedDifferences } from './stored.ts'
import { showAnswer, showAsk } from './transcript.ts'

/** Both servers. */
export interface Pair {
  readonly theirs: Forgetful
  readonly ours: Forgetful
}

/** What came of a sequence in which the servers answered alike. */
export interface Played {
  readonly requests: number
  /** The exceptions that were made. */
  readonly seen: readonly Exception[]
}

/**
 * Plays a sequence on both servers, empty at first, and compares all answers and, at the end, all that they have stored.
 *
 * @throws Error with all requests and answers up to the first that is not alike.
 */
export async function play({ mount, commands }: Sequence, pair: Pair): Promise<Played> {
  await Promise.all(sides.map((side) => pair[side].forget()))
  const uploads: Upload[] = []
  // Labels of uploads that, since an exception, only one of the servers has, or that they do not have alike.
  const apart = new Set<string>()
  const asks: Ask[] = []
  const seen: Exception[] = []
  const transcript: string[] = []
  const compared = (): Upload[] => uploads.filter(({ label }) => !apart.has(label))

  async function exchange(command: Command): Promise<Answers> {
    const ask = askOf(command, compared(), mount, asks.length + 1)
    asks.push(ask)
    transcript.push(`${asks.length}. ${showAsk(ask)}`)
    const sent = Promise.all([send(ask, 'theirs', pair.theirs.origin), send(ask, 'ours', pair.ours.origin)])
    const [theirs, ours] = await sent.catch((cause: unknown) => {
      throw unlike(transcript, [`no answer: ${inspect(cause)}`], cause)
    })
    const answers = { theirs, ours }
    meet(answers)
    const found = differences(answers, uploads, apart)
    if (found.length === 0) {
      transcript.push(`   both: ${showAnswer(theirs)}`)
      if (theirs.status === 200 && ask.method === 'PUT' && ask.upload) extend(ask.upload, ask.brings)
      return answers
    }
    transcript.push(`   there: ${showAnswer(theirs)}`, `   here: ${showAnswer(ours)}`)
    const exception = exceptions.find(({ excuses }) => excuses({ ask, ...answers }))
    if (!exception) throw unlike(transcript, found)
    transcript.push(`   excused: ${exception.name}`)
    seen.push(exception)
    // A whole file that is refused may be there all the same.
    if (ask.method === 'PUT' || ask.method === 'POST')
      if (!ask.upload) apart.add(`<${asks.length}>`)
      else if (theirs.status === 200 || ours.status === 200) apart.add(ask.upload.label)
    return answers
  }

  /** Remembers the uploads of which both answers tell for the first time. */
  function meet(answers: Answers): void {
    for (const { ids, label } of newIds(answers, uploads)) {
      const ask = asks[Number(label.slice(1, -1)) - 1]
      if (!ask) throw unlike(transcript, [`No request has made the upload ${label}: ${JSON.stringify(answers)}`])
      const { owner, size, bytes, start } = ask.brings
      uploads.push({ label, ids, mount: ask.mount, owner, size, content: bytes, last: start })
    }
  }

  for (const command of commands) await exchange(command)
  for (const list of lists.filter(({ mount }) => asks.some((ask) => tables[ask.mount] === tables[mount]))) {
    const answers = await exchange(look({ to: 'list', ...list }))
    const listed = compared().filter(({ mount, owner }) => tables[mount] === tables[list.mount] && owner === list.who)
    const found = await storedDifferences(answers, listed, pair)
    if (found.length > 0) throw unlike(transcript, found)
  }
  return { requests: asks.length, seen }
}

function extend(upload: Upload, { bytes }: Brings): void {
  upload.last = upload.content.length
  upload.content = new Uint8Array(Buffer.concat([upload.content, bytes]))
}

// Who sees which uploads.
const lists = [
  { mount: 'uploads', who: 'nobody' },
  { mount: 'mine', who: 'alice' },
  { mount: 'mine', who: 'bob' },
] as const

const unlike = (transcript: readonly string[], found: readonly string[], cause?: unknown): Error =>
  new Error([...transcript, ...found.map((line) => `   ${line}`)].join('\n'), { cause })
