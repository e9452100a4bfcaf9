import { create, write } from './element.ts'
import { speed } from './format.ts'
import { ceiling, line, smooth, type Pace } from './pace.ts'

export interface SpeedCurve {
  readonly element: HTMLElement
  draw(pace: Pace): void
}

const space = 'http://www.w3.org/2000/svg'

/** The speed of the last minute as a curve. */
export function createSpeedCurve(): SpeedCurve {
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 1 1')
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('aria-hidden', 'true')
  const [area, stroke] = ['curve-area', 'curve-line'].map((name) => {
    const path = document.createElementNS(space, 'path')
    path.setAttribute('class', name)
    svg.append(path)
    return path
  })
  const top = create('span', { class: 'curve-top' })
  const element = create('div', { class: 'curve' }, top)
  element.append(svg)

  return {
    element,
    draw(pace) {
      const even = smooth(pace)
      const scale = ceiling(even)
      const points = line(even, scale)
      const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(4)} ${y.toFixed(4)}`).join('')
      const [first, last] = [points[0], points.at(-1)]
      stroke?.setAttribute('d', path)
      area?.setAttribute('d', first && last ? `${path}L${last[0].toFixed(4)} 1L${first[0].toFixed(4)} 1Z` : '')
      write(top, even.length > 0 ? speed(scale) : '')
    },
  }
}
