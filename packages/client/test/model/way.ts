import { createPlay, type Fault, type FakeClock, type Kind, type Script } from '@chunkwise/testing'
import { UploadError } from '../../src/errors.ts'
import type { Reply, Transport, TransportRequest } from '../../src/types.ts'

/** A server at the end of a way. */
export interface Host {
  kindOf(request: TransportRequest): Kind
  /** The body as it goes over the wire. */
  read(request: TransportRequest): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>
  serve(request: TransportRequest, bytes: Uint8Array<ArrayBuffer>): Reply | Promise<Reply>
  /** This much of the body arrived, and then the connection broke. */
  cut(request: TransportRequest, bytes: Uint8Array<ArrayBuffer>): void
  /** The body arrives at this pace, whoever has given the request up meanwhile. */
  trickle(request: TransportRequest, bytes: Uint8Array<ArrayBuffer>, bytesPerSecond: number): Promise<Reply>
  /** The upload of the request is known no longer. */
  forget(request: TransportRequest): void
  kill(): void
}

/** A way to a server that fails by script. */
export interface Way {
  readonly transport: Transport
  /** What became of requests, but for those that all went well with; `down`: the server was killed, and is not there yet. */
  readonly hits: readonly (Fault['fault'] | 'down')[]
  /** How often something got to the server that nobody need have waited for any more. */
  readonly strays: number
}

/** Ends with what a network does: no answer comes. */
const lost = (): UploadError => new UploadError('network', 'No answer')

export function createWay(script: Script, clock: FakeClock, host: Host): Way {
  const play = createPlay(script)
  const held: { readonly due: number; readonly deliver: () => unknown }[] = []
  const hits: (Fault['fault'] | 'down')[] = []
  let [count, strays, downUntil] = [0, 0, -Infinity]

  const transport: Transport = async (request, { signal, onSent }) => {
    const bytes = await host.read(request)
    signal.throwIfAborted()
    const number = (count += 1)
    if (clock.now() < downUntil) {
      hits.push('down')
      throw lost()
    }
    const fault = play.next({ method: request.method, kind: host.kindOf(request) })
    if (fault.fault !== 'ok') hits.push(fault.fault)
    for (const { due, deliver } of held) {
      if (due !== number) continue
      strays += 1
      await deliver()
    }
    const serve = (arrived = bytes): Reply | Promise<Reply> => {
      onSent(bytes.length)
      return host.serve(request, arrived)
    }
    switch (fault.fault) {
      case 'ok':
        return serve()
      case 'drop':
        throw lost()
      case 'cut':
        onSent(Math.min(fault.after, bytes.length))
        host.cut(request, bytes.slice(0, fault.after))
        throw lost()
      case 'lost':
        await serve()
        throw lost()
      case 'duplicate':
        await serve()
        return serve()
      case 'delay': {
        if (fault.what !== 'answer') await clock.sleep(fault.ms, signal)
        const reply = await serve()
        if (fault.what === 'answer') await clock.sleep(fault.ms, signal)
        return reply
      }
      case 'slow':
        return unless(
          host.trickle(request, bytes, fault.bytesPerSecond).finally(() => (strays += 1)),
          signal,
        )
      case 'late':
        onSent(bytes.length)
        held.push({ due: number + (fault.before ?? 1), deliver: () => host.serve(request, bytes) })
        throw lost()
      case 'status':
        return replyOf(request, fault.status, JSON.stringify(fault.body ?? {}), fault.headers)
      case 'html':
        return replyOf(request, 200, '<!doctype html>')
      case 'corrupt': {
        const at = fault.byte % bytes.length
        return serve(bytes.length === 0 ? bytes : bytes.with(at, (bytes[at] ?? 0) ^ 1))
      }
      case 'gone':
        host.forget(request)
        return serve()
      case 'kill':
        onSent(Math.min(fault.after, bytes.length))
        host.kill()
        downUntil = clock.now() + fault.ms
        throw lost()
    }
  }
  return {
    transport,
    hits,
    get strays() {
      return strays
    },
  }
}

export function replyOf(
  { url }: TransportRequest,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, url, text, header: (name) => headers[name] }
}

/** The promise, unless the signal is aborted first. */
function unless<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
