/** A chart of bars, one below the other. */
export interface Chart {
  /** Of its file, without an ending. */
  readonly name: string
  readonly title: string
  /** How many digits of a value are shown behind the point. */
  readonly digits: number
  readonly bars: readonly Bar[]
}

/** One bar of a {@link Chart}. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** Whether it is what the page is about. */
  readonly isOurs: boolean
}

const margin = 16
const titleHeight = 28
const rowHeight = 26
const barHeight = 16
const barsWidth = 320
const valueWidth = 64
const fontSize = 13
// What a character takes of a usual font at that size; none is measured here, so this is on the wide side.
const perCharacter = 7.1

/**
 * Draws a chart as SVG, which is all there is to it: it brings its own ground, and its colours follow the reader's choice of
 * light or dark.
 */
export function drawBars({ title, digits, bars }: Chart): string {
  const labelWidth = Math.max(...bars.map(({ label }) => label.length)) * perCharacter
  const width = Math.ceil(Math.max(labelWidth + barsWidth + valueWidth, title.length * perCharacter * 1.1) + 2 * margin)
  const height = 2 * margin + titleHeight + bars.length * rowHeight
  const most = Math.max(...bars.map(({ value }) => value))
  const left = Math.ceil(margin + labelWidth + 8)
  const rows = bars.map(({ label, value, isOurs }, index) => {
    const middle = margin + titleHeight + (index + 0.5) * rowHeight
    const long = most > 0 ? Math.max(1, Math.round((value / most) * (barsWidth - 8))) : 1
    return [
      `<text class="label" x="${left - 8}" y="${middle}">${escape(label)}</text>`,
      `<rect class="${isOurs ? 'ours' : 'theirs'}" x="${left}" y="${middle - barHeight / 2}" width="${long}" height="${barHeight}" rx="2"/>`,
      `<text x="${left + long + 6}" y="${middle}">${value.toFixed(digits)}</text>`,
    ].join('')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}" rx="6"/>
<text class="title" x="${margin}" y="${margin + titleHeight / 3}">${escape(title)}</text>
${rows.join('\n')}
</svg>
`
}

const style = [
  `text{font:${fontSize}px system-ui,sans-serif;fill:#1f2328;dominant-baseline:central}`,
  '.title{font-weight:600}.label{text-anchor:end}',
  '.ground{fill:#fff}.ours{fill:#0b6bcb}.theirs{fill:#a3adba}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#161b22}.ours{fill:#4ea1ff}.theirs{fill:#5b6675}}',
].join('')

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
