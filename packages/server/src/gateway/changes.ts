import type { Standing, VideoHost } from './host.ts'
import type { Policy } from './policy.ts'
import { isOver, later, type VideoRecord } from './record.ts'

/** What is new in a record. */
export type Change = Partial<Omit<VideoRecord, 'id' | 'revision'>>

/** What follows for a record from what was learnt, at a moment in milliseconds since 1970. */
export interface Changes {
  /** When an upload is given up. */
  expiry(createdAt: number, touchedAt: number): number
  /** Bytes stand at this offset with the host. */
  moved(record: VideoRecord, offset: number, at: number): Change
  /** The host says how the video stands. */
  stood(record: VideoRecord, standing: Standing, at: number): Change
}

export function createChanges(way: VideoHost['way'], { expiryMs, idleMs }: Policy): Changes {
  // Lifetimes grow with progress, and end all the same. Bytes that go past us look like none at all: what sends them is not idle.
  const expiry = (createdAt: number, touchedAt: number): number =>
    Math.min(createdAt + expiryMs, way === 'proxied' ? touchedAt + idleMs : Infinity)

  const touched = ({ createdAt }: VideoRecord, at: number): Change => ({
    touchedAt: at,
    expiresAt: expiry(createdAt, at),
  })

  return {
    expiry,
    moved(record, offset, at) {
      if (offset <= record.offset) return { offset }
      const state = later(record.state, offset === record.size ? 'uploaded' : 'uploading')
      return { offset, state, ...touched(record, at) }
    },
    stood(record, standing, at) {
      const { percent, playable, error, asset, own } = standing
      const state = later(record.state, standing.state)
      const got = state !== record.state || percent > record.percent
      return {
        state,
        ...(isOver(record)
          ? {}
          : { percent: Math.max(record.percent, percent), playable, error, asset: asset ?? record.asset }),
        own: { ...record.own, ...own },
        ...{ askedAt: at, asked: got ? 0 : record.asked + 1 },
        ...(got && touched(record, at)),
      }
    },
  }
}

/** The first pause between two questions, and the longest, in milliseconds. */
const pauses = { first: 5_000, most: 5 * 60_000 }

/** When a host is to be asked after a video again, in milliseconds since 1970: with pauses that grow until it gets on. */
export const dueAt = ({ askedAt, asked }: Pick<VideoRecord, 'askedAt' | 'asked'>): number =>
  askedAt + Math.min(pauses.most, pauses.first * 2 ** Math.min(asked, 16))
