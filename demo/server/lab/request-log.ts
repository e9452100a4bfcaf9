import { mostRequests, type LabRequest } from '../../src/lab/state.ts'

/** What has become of requests so far. */
export interface RequestLog {
  readonly requests: readonly LabRequest[]
  /** Writes one down that has just come; what it gives back writes down how it ended, once. */
  begin(request: Pick<LabRequest, 'method' | 'kind' | 'range' | 'fault'>): (end: End) => void
  /** Forgets those that have ended. */
  clear(): void
}

type End = Pick<LabRequest, 'outcome'> & Partial<Pick<LabRequest, 'status'>>

/** @param onChange called when one has come or ended, and when they are forgotten */
export function createRequestLog(onChange: () => void, now: () => number = Date.now): RequestLog {
  let requests: readonly LabRequest[] = []
  let count = 0

  return {
    get requests() {
      return requests
    },
    begin(request) {
      const number = (count += 1)
      const begun: LabRequest = {
        ...{ ...request, number, began: now(), ended: undefined, status: undefined, outcome: undefined },
      }
      requests = [...requests, begun].slice(-mostRequests)
      onChange()
      return (end) => {
        const isOpen = (other: LabRequest): boolean => other.number === number && other.outcome === undefined
        requests = requests.map((other) => (isOpen(other) ? { ...other, ...end, ended: now() } : other))
        onChange()
      }
    },
    clear() {
      requests = requests.filter(({ outcome }) => outcome === undefined)
      onChange()
    },
  }
}
