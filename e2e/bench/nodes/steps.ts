import { createHash, randomBytes } from 'node:crypto'

/** What a client does of one upload, step by step. */
export interface Step {
  readonly title: string
  /** How many requests of a client it is. */
  readonly requests: number
  run(): Promise<void>
}

const MiB = 1024 ** 2
const whole = 8 * MiB
const small = 8
const size = 2 * whole + small * MiB

/** One file by tus: a creation, two chunks of 8 MiB, and eight of 1 MiB, the last of which ends it. */
export function stepsOfTus(endpoint: string): readonly Step[] {
  const version = { 'Tus-Resumable': '1.0.0' }
  let [at, offset] = [endpoint, 0]
  async function append(length: number): Promise<void> {
    const headers = {
      ...version,
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(offset),
    }
    await asked(at, { method: 'PATCH', headers, body: randomBytes(length) })
    offset += length
  }
  async function create(): Promise<void> {
    const headers = { ...version, 'Upload-Length': String(size), 'Upload-Metadata': `filename ${btoa('steps.bin')}` }
    const answer = await asked(endpoint, { method: 'POST', headers })
    at = new URL(answer.headers.get('location') ?? '', endpoint).href
  }
  return [
    { title: 'creation', requests: 1, run: create },
    { title: 'first chunk of 8 MiB', requests: 1, run: () => append(whole) },
    { title: 'further chunk of 8 MiB', requests: 1, run: () => append(whole) },
    { title: 'seven chunks of 1 MiB', requests: small - 1, run: () => repeat(small - 1, () => append(MiB)) },
    { title: 'last chunk, of 1 MiB, and finish', requests: 1, run: () => append(MiB) },
  ]
}

/** The same by drf, which creates with the first chunk, and finishes by a request of its own. */
export function stepsOfDrf(endpoint: string): readonly Step[] {
  const md5 = createHash('md5')
  let [at, offset] = [endpoint, 0]
  async function append(length: number): Promise<void> {
    const bytes = randomBytes(length)
    md5.update(bytes)
    const body = new FormData()
    body.append('filename', 'steps.bin')
    body.append('file', new File([bytes], 'steps.bin'))
    const headers = { Accept: 'application/json', 'Content-Range': `bytes ${offset}-${offset + length - 1}/${size}` }
    const answer = await asked(at, { method: 'PUT', headers, body })
    // What our server answers has it.
    const { url } = (await answer.json()) as { readonly url: string }
    at = new URL(url, endpoint).href
    offset += length
  }
  async function finish(): Promise<void> {
    const headers = { Accept: 'application/json' }
    await asked(at, { method: 'POST', headers, body: new URLSearchParams({ md5: md5.digest('hex') }) })
  }
  return [
    { title: 'creation with the first chunk of 8 MiB', requests: 1, run: () => append(whole) },
    { title: 'further chunk of 8 MiB', requests: 1, run: () => append(whole) },
    { title: 'seven chunks of 1 MiB', requests: small - 1, run: () => repeat(small - 1, () => append(MiB)) },
    { title: 'last chunk, of 1 MiB', requests: 1, run: () => append(MiB) },
    { title: 'finish', requests: 1, run: finish },
  ]
}

async function repeat(count: number, run: () => Promise<void>): Promise<void> {
  for (let done = 0; done < count; done += 1) await run()
}

async function asked(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init)
  if (answer.ok) return answer
  throw new Error(
    `Cannot go on: ${String(init.method)} ${url} was answered with ${answer.status}: ${await answer.text()}`,
  )
}
