/** What of a CPU profile is looked at (CDP, Profiler.Profile). */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  /** Microseconds between samples. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
}

/** A function and the time it took itself, without what it called. */
export interface SelfTime {
  readonly name: string
  /** Where it is: file and line; empty for what is not JavaScript. */
  readonly place: string
  readonly ms: number
}

/** Self time by function, longest first; `(idle)`, `(program)` and `(garbage collector)` are among them. */
export function selfTimes(profile: string): readonly SelfTime[] {
  const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(profile)
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<string, SelfTime>()
  for (const [index, sample] of samples.entries()) {
    const frame = frames.get(sample)
    if (!frame) continue
    const name = frame.functionName || '(anonymous)'
    const place = frame.url ? `${frame.url.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')}:${frame.lineNumber + 1}` : ''
    const key = `${name} ${place}`
    times.set(key, { name, place, ms: (times.get(key)?.ms ?? 0) + (timeDeltas[index] ?? 0) / 1000 })
  }
  return [...times.values()].sort((one, other) => other.ms - one.ms)
}
