import { UploadError } from '../errors.ts'
import type { FarEnd, Protocol, Session, Tools } from '../types.ts'
import { cannot } from './answer.ts'
import { recognise, type Detected } from './detect.ts'
import { djangoTus } from './django-tus.ts'
import { drfChunkedUpload } from './drf-chunked-upload.ts'
import { djangoFar } from './far.ts'
import { ietf } from './ietf.ts'
import { tus } from './tus.ts'

/**
 * Whatever the server speaks of tus, the IETF draft and drf-chunked-upload: it is asked once, when the first upload is created.
 * An upload keeps the protocol that it was begun with. Brings the code of all three; who knows the server names its
 * protocol instead.
 *
 * @example
 * createUploader({ endpoint: '/files/', protocol: auto() })
 */
export function auto(): Protocol {
  let asked: Promise<Detected> | undefined
  const spoken = new Map<string, Protocol>()
  let latest: Protocol | undefined

  function speak(speaks: Detected): Protocol {
    const key = JSON.stringify(speaks)
    latest = spoken.get(key) ?? protocolOf(speaks)
    spoken.set(key, latest)
    return latest
  }

  async function find(tools: Tools): Promise<Detected> {
    const found = await recognise(tools)
    if (found) return found
    const known = 'tus, the IETF draft and drf-chunked-upload'
    throw cannot('rejected', 'upload', `the server at ${tools.endpoint} speaks none of ${known}`)
  }

  function learn(tools: Tools): Promise<Detected> {
    asked ??= find(tools).catch((error: unknown) => {
      asked = undefined
      throw error
    })
    return asked
  }

  // What it was begun with, which its session tells beside what that protocol wrote into it.
  function resume({ speaks }: Session): Protocol {
    if (isDetected(speaks)) return speak(speaks)
    throw new UploadError('gone', 'Cannot go on: the session has no protocol')
  }

  return {
    name: 'auto',
    // Until it is known: what all of them can bear.
    get far() {
      return latest?.far ?? unknown
    },
    async create(file, first, tools) {
      const speaks = await learn(tools)
      tools.signal.throwIfAborted()
      const protocol = speak(speaks)
      const { far } = protocol
      if (file.size === 0 && !far.empty) {
        throw new UploadError('empty-file', `Cannot upload "${file.name}": this server takes no empty file`)
      }
      const begun = await protocol.create(file, far.first > 0 ? first : undefined, tools)
      return { ...begun, session: { ...begun.session, speaks } satisfies Session }
    },
    offset: async (session, ...rest) => resume(session).offset(session, ...rest),
    append: async (session, ...rest) => resume(session).append(session, ...rest),
    complete: async (session, ...rest) => resume(session).complete(session, ...rest),
    terminate: async (session, ...rest) => resume(session).terminate(session, ...rest),
  }
}

const unknown: FarEnd = { ...djangoFar, empty: true }

function protocolOf(speaks: Detected): Protocol {
  if (speaks.protocol === 'tus') return tus(speaks.options)
  if (speaks.protocol === 'django-tus') return djangoTus()
  return speaks.protocol === 'ietf' ? ietf() : drfChunkedUpload()
}

const isDetected = (value: unknown): value is Detected & Session =>
  typeof value === 'object' &&
  value !== null &&
  'protocol' in value &&
  ['tus', 'django-tus', 'ietf', 'drf-chunked-upload'].some((name) => name === value.protocol)
