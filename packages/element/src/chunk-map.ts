import { create } from './create.ts'

/** Positions in the file that the map shows, in bytes. */
export interface MapState {
  readonly size: number
  /** What was confirmed before this visit. */
  readonly earlier: number
  readonly offset: number
  readonly sent: number
}

export interface ChunkMap {
  readonly element: HTMLElement
  draw(state: MapState): void
}

const lines = [0, 1, 2] as const

/** How much of one of the map's lines, in per cent, lies below a position in the file. */
export function filled(line: number, position: number, size: number): number {
  const part = size === 0 ? 0 : (position / size) * lines.length - line
  return Math.round(Math.min(1, Math.max(0, part)) * 1e4) / 100
}

/**
 * A file as lines of squares: confirmed earlier, confirmed now, in flight, still to go. The squares are a mask of the style.
 * Decorative: the legend beside it has the figures.
 */
export function createChunkMap(): ChunkMap {
  const rows = lines.map(() => create('i'))
  return {
    element: create('div', { part: 'map', class: 'map', 'aria-hidden': 'true' }, ...rows),
    draw({ size, ...positions }) {
      for (const [line, row] of rows.entries()) {
        for (const [name, position] of Object.entries(positions))
          row.style.setProperty(`--${name}`, `${filled(line, position, size)}%`)
      }
    },
  }
}
