import { cellsOf, filled } from './cells.ts'
import { create } from './element.ts'

/** Positions in the file that the map shows, in bytes. */
export interface MapState {
  readonly size: number
  /** What was confirmed before this visit. */
  readonly earlier: number
  readonly offset: number
  readonly sent: number
}

export interface ChunkMap {
  readonly element: HTMLCanvasElement
  /** Draws, and says how many bytes one square stands for. */
  draw(state: MapState): number
}

// In CSS pixels; the canvas is as high as this many squares, and details.css reserves that height.
const square = 10
const gap = 3
const rows = 6

const mapHeight = rows * (square + gap) - gap

/** A file as a field of squares: confirmed, in flight, still to go. Decorative: the legend beside it has the figures. */
export function createChunkMap(): ChunkMap {
  const element = create('canvas', { class: 'map', 'aria-hidden': 'true' })
  const context = element.getContext('2d')
  if (!context) throw new Error('Cannot draw the chunk map: this browser gives no 2d canvas')

  return {
    element,
    draw({ size, earlier, offset, sent }) {
      const width = element.clientWidth
      const columns = Math.max(1, Math.floor((width + gap) / (square + gap)))
      const cells = cellsOf(size, columns * rows)
      const colours = coloursOf(element)
      fit(element, width)
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
      context.clearRect(0, 0, width, mapHeight)
      for (let index = 0; index < cells.count; index += 1) {
        const x = (index % columns) * (square + gap)
        const y = Math.floor(index / columns) * (square + gap)
        const layers = [
          [1, colours.rest],
          [filled(index, cells.size, size, sent), colours.sent],
          [filled(index, cells.size, size, offset), colours.confirmed],
          [filled(index, cells.size, size, Math.min(earlier, offset)), colours.earlier],
        ] as const
        context.save()
        context.beginPath()
        context.roundRect(x, y, square, square, 2)
        context.clip()
        for (const [part, colour] of layers) {
          context.fillStyle = colour
          context.fillRect(x, y, square * part, square)
        }
        context.restore()
      }
      return cells.size
    },
  }
}

// A canvas keeps its own pixels: they must be as many as the screen has.
function fit(canvas: HTMLCanvasElement, width: number): void {
  const pixels = { width: Math.round(width * devicePixelRatio), height: Math.round(mapHeight * devicePixelRatio) }
  if (canvas.width === pixels.width && canvas.height === pixels.height) return
  canvas.width = pixels.width
  canvas.height = pixels.height
}

// Read each time, so that the map follows a change between light and dark.
function coloursOf(element: Element): Record<'rest' | 'sent' | 'confirmed' | 'earlier', string> {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(`--${name}`)
  return { rest: read('track'), sent: read('sent'), confirmed: read('confirmed'), earlier: read('earlier') }
}
