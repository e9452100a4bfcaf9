import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const root = new URL('.', import.meta.url)

/**
 * Shows files of the page as they are, with how long they are, where it says `<!-- sources path path … -->`: paths from here.
 * So what people read is what runs.
 */
export function pageSources(): Plugin {
  return {
    name: 'chunkwise-page-sources',
    transformIndexHtml: {
      // After Vite has looked for what the page refers to: what is shown refers to nothing.
      order: 'post',
      async handler(html) {
        const [place, paths] = /<!-- sources ([^>]*?) -->/.exec(html) ?? []
        if (place === undefined || paths === undefined) return html
        const files = await Promise.all(paths.split(' ').map(readSource))
        return html.replace(place, () => figures(files))
      },
    },
  }
}

interface Source {
  readonly name: string
  readonly text: string
  readonly lines: number
}

async function readSource(path: string): Promise<Source> {
  const text = (await readFile(fileURLToPath(new URL(path, root)), 'utf8')).trimEnd()
  return { name: basename(path), text, lines: text.split('\n').length }
}

const figures = (files: readonly Source[]): string =>
  `<p class="quiet">${files.reduce((sum, { lines }) => sum + lines, 0)} lines, as they run above, and most of them markup.</p>
${files.map(figure).join('\n')}`

// Wider than a phone: who has no pointer scrolls it by keyboard.
const figure = ({ name, text, lines }: Source): string => `<figure>
  <figcaption><b>${name}</b> ${lines} lines</figcaption>
  <pre tabindex="0" role="region" aria-label="${name}"><code>${escape(text)}</code></pre>
</figure>`

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
