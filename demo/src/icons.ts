const paths = {
  pause: 'M5.75 3.5v9M10.25 3.5v9',
  resume: 'M5 3.3v9.4L12.6 8z',
  retry: 'M12.9 6.2A5.25 5.25 0 1 0 13.2 9M13.3 3v3.4H9.9',
  choose: 'M2.5 12.25v-8.5h3.6l1.4 1.75h6v6.75zM8 7.6v3M6.5 9.1h3',
  cancel: 'M4 4l8 8M12 4l-8 8',
  details: 'M4 6.25 8 10.25l4-4',
  done: 'M3.5 8.4 6.6 11.5l6-7',
  download: 'M8 2.75v7.5M4.9 7.4 8 10.4l3.1-3M3 13.25h10',
} as const

export type Icon = keyof typeof paths

const space = 'http://www.w3.org/2000/svg'

/** A decorative 16 px icon in the colour of the text beside it. */
export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(space, 'svg')
  const path = document.createElementNS(space, 'path')
  for (const [key, value] of Object.entries({ viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true' })) {
    svg.setAttribute(key, value)
  }
  path.setAttribute('d', paths[name])
  svg.append(path)
  return svg
}

/** Turns one icon into another, in place. */
export function show(svg: SVGSVGElement, name: Icon): void {
  const path = svg.firstElementChild
  if (path && path.getAttribute('d') !== paths[name]) path.setAttribute('d', paths[name])
}
