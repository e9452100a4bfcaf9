import { UploadError } from '../../src/errors.ts'
import { failureOf, jsonOf } from '../../src/protocols/failure.ts'
import type { Confirmed, Protocol, Reply, Session, Tools } from '../../src/types.ts'

interface Said {
  readonly id: string
  readonly offset: number
  readonly complete: boolean
}

/**
 * The protocol of the reference server, which says no more than it must.
 *
 * @param first bytes that go with the creation; 0 for none.
 */
export function referenceProtocol(chunk: number, first: number, settleMs: number): Protocol {
  const urlOf = ({ url }: Session): string => String(url)

  function read(reply: Reply, tools: Tools): Said | 'gone' {
    const json = jsonOf(reply)
    if (reply.status === 404 || reply.status === 410) return 'gone'
    if (reply.status === 422) throw new UploadError('checksum', 'What arrived is not what was read', { status: 422 })
    if (reply.status >= 300) throw failureOf(reply, 'go on', '', tools.clock)
    if (json === undefined) throw new UploadError('blocked', 'Something else answered')
    const { id, offset, complete } = Object(json) as Partial<Said>
    if (typeof id === 'string' && typeof offset === 'number' && typeof complete === 'boolean')
      return { id, offset, complete }
    throw new UploadError('malformed', 'Cannot read the answer')
  }
  const confirmed = (said: Said, url: string): Confirmed => ({
    offset: said.offset,
    ...(said.complete && { complete: { url, answer: said, verified: true } }),
  })

  return {
    name: 'reference',
    far: { chunk: { max: chunk }, first, whole: 0, settleMs, exclusive: false, forgetsFinished: false, empty: true },
    async create(file, body, tools) {
      const headers = { Key: file.key, Size: String(file.size) }
      const carried = body ? { body: body.body, carries: body.body.size } : {}
      const said = read(await tools.send({ method: 'POST', url: tools.endpoint, headers, ...carried }), tools)
      if (said === 'gone') throw new UploadError('rejected', 'No such address')
      return { session: { url: tools.endpoint + said.id }, ...confirmed(said, tools.endpoint + said.id) }
    },
    async offset(session, _, tools) {
      const said = read(await tools.send({ method: 'GET', url: urlOf(session) }), tools)
      return said === 'gone' ? said : confirmed(said, urlOf(session))
    },
    async append(session, _, { offset, body }, tools) {
      const headers = { Offset: String(offset) }
      const request = { method: 'PATCH', url: urlOf(session), headers, body, carries: body.size }
      const said = read(await tools.send(request), tools)
      return said === 'gone' ? said : confirmed(said, urlOf(session))
    },
    async complete(session, _, checksum, tools) {
      const request = { method: 'POST', url: urlOf(session), headers: { Sum: checksum?.hex ?? '' } }
      const said = read(await tools.send(request), tools)
      if (said === 'gone') return said
      return confirmed(said, urlOf(session)).complete ?? { offset: said.offset }
    },
    async terminate(session, tools) {
      const { status } = await tools.send({ method: 'DELETE', url: urlOf(session) })
      return status === 204 || status === 404
    },
  }
}
