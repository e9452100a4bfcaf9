import type { ServerEvent } from './events.ts'
import type { Usage } from './health.ts'

/** Counts what happens in a server. */
export interface Metrics {
  /** To be given to the handler as `observe`. */
  readonly observe: (event: ServerEvent) => void
  /** All counts in the text format of Prometheus, version 0.0.4, with what uploads take at the moment. */
  text(usage: Usage, connections?: number): string
}

/** Its content type. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/** Upper ends of the classes of durations, in seconds: a question takes milliseconds, a chunk on a slow link a minute. */
const classes = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60]

type Labels = Readonly<Record<string, string>>

/** Only these become labels: whoever may send anything as a method must not fill the memory by it. */
const methods = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])

/**
 * Counts requests, problems, bytes and sessions, for Prometheus. No label says anything of a person, an upload or a file, and
 * there are only so many of them whatever is asked.
 *
 * @example
 * const metrics = createMetrics()
 * const handler = createUploadHandler({ store, observe: metrics.observe })
 * const text = metrics.text(await handler.usage())
 */
export function createMetrics(): Metrics {
  const requests = counter()
  const problems = counter()
  const sessions = counter()
  const durations = histogram()
  let received = 0

  return {
    observe(event) {
      if (event.kind === 'session') {
        sessions.add({ event: event.event })
        return
      }
      const method = methods.has(event.method) ? event.method : 'other'
      const labels = { method, dialect: event.dialect ?? 'none' }
      requests.add({ ...labels, status: String(event.status) })
      durations.add(labels, event.durationMs / 1000)
      if (event.code !== undefined) problems.add({ code: event.code })
      received += event.received
    },
    text({ sessions: now, stored, reserved, free, requests: running }, connections) {
      const known = [
        counted('chunkwise_requests_total', 'Requests that were answered.', requests.lines),
        counted('chunkwise_problems_total', 'Requests that were refused, by what was wrong.', problems.lines),
        counted('chunkwise_received_bytes_total', 'Bytes of bodies that were received.', (name) => [
          line(name, {}, received),
        ]),
        counted('chunkwise_session_events_total', 'What became of uploads.', sessions.lines),
        described('histogram', 'chunkwise_request_seconds', 'Time until the answer began.', durations.lines),
        gauge('chunkwise_running_requests', 'Requests that are under way.', (name) => [line(name, {}, running)]),
      ]
      if (now)
        known.push(
          gauge('chunkwise_sessions', 'Uploads that are kept, by their status.', (name) =>
            Object.entries(now).map(([status, count]) => line(name, { status }, count)),
          ),
        )
      const tell = (name: string, help: string, value: number | undefined): void => {
        if (value !== undefined) known.push(gauge(name, help, () => [line(name, {}, value)]))
      }
      tell('chunkwise_stored_bytes', 'Bytes that are stored.', stored)
      tell('chunkwise_reserved_bytes', 'Bytes that were announced and have not come yet.', reserved)
      tell('chunkwise_free_bytes', 'Bytes that are free on the disk.', free)
      tell('chunkwise_connections', 'Open connections.', connections)
      return known.join('')
    },
  }
}

type Lines = (name: string) => string[]

/** Values by their labels. */
function counter(): { add(labels: Labels): void; lines: Lines } {
  const values = new Map<string, { readonly labels: Labels; value: number }>()
  return {
    add(labels) {
      const key = JSON.stringify(labels)
      const entry = values.get(key) ?? { labels, value: 0 }
      entry.value += 1
      values.set(key, entry)
    },
    lines: (name) => [...values.values()].map(({ labels, value }) => line(name, labels, value)),
  }
}

function histogram(): { add(labels: Labels, value: number): void; lines: Lines } {
  const values = new Map<string, { readonly labels: Labels; readonly counts: number[]; sum: number; count: number }>()
  return {
    add(labels, value) {
      const key = JSON.stringify(labels)
      const entry = values.get(key) ?? { labels, counts: classes.map(() => 0), sum: 0, count: 0 }
      values.set(key, entry)
      entry.sum += value
      entry.count += 1
      for (const [index, end] of classes.entries())
        if (value <= end) entry.counts[index] = (entry.counts[index] ?? 0) + 1
    },
    lines: (name) =>
      [...values.values()].flatMap(({ labels, counts, sum, count }) => [
        ...classes.map((end, index) => line(`${name}_bucket`, { ...labels, le: String(end) }, counts[index] ?? 0)),
        line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
        line(`${name}_sum`, labels, sum),
        line(`${name}_count`, labels, count),
      ]),
  }
}

const described = (type: string, name: string, help: string, lines: Lines): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines(name).join('')}`

const counted = (name: string, help: string, lines: Lines): string => described('counter', name, help, lines)

const gauge = (name: string, help: string, lines: Lines): string => described('gauge', name, help, lines)

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${text.replaceAll(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`,
  )
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
}
