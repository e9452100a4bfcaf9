import { carriesFiles, filesOf, type Chosen } from './chosen-files.ts'
import { create, write } from './create.ts'
import { pickFiles } from './picker.ts'
import type { ZoneTexts } from './texts/texts.ts'

/** Where files are dropped, pasted and chosen. */
export interface Zone {
  readonly element: HTMLElement
  readonly input: HTMLInputElement
  draw(settings: { readonly accept: string; readonly multiple: boolean; readonly texts: ZoneTexts }): void
}

export interface ZoneOptions {
  /** Files may be dropped and pasted anywhere on it. */
  readonly host: HTMLElement
  onFiles(files: readonly Chosen[]): void
  onError(error: unknown): void
}

export function createZone({ host, onFiles, onError }: ZoneOptions): Zone {
  const hint = create('p', { part: 'hint' })
  const choose = create('span')
  const input = create('input', { type: 'file' })
  const label = create('label', { part: 'button choose', class: 'choose' }, choose, input)
  const element = create('div', { part: 'zone', class: 'zone' }, hint, label)
  const take = (files: Promise<readonly Chosen[]>): void => void files.then(onFiles).catch(onError)
  const isClosed = (): boolean => input.matches(':disabled') || element.hasAttribute('hidden')

  // One control for both ways: the input, whose own dialog gives way to the picker where there is one.
  input.addEventListener('click', (event) => {
    const picked = pickFiles(input)
    if (!picked) return
    event.preventDefault()
    take(picked)
  })
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])])
    // The same file may be chosen again.
    input.value = ''
  })

  // Entering a child leaves its parent: only where both are counted, the drag is known to be over.
  let depth = 0
  const over = (inside: number): void => {
    depth = Math.max(0, inside)
    element.toggleAttribute('data-over', depth > 0 && !isClosed())
  }
  const listen = (
    type: 'dragenter' | 'dragleave' | 'dragover' | 'drop',
    react: (transfer: DataTransfer) => void,
  ): void =>
    host.addEventListener(type, (event) => {
      if (!carriesFiles(event.dataTransfer)) return
      // A browser opens a file that is dropped where nobody takes it: that would end the page, and its uploads.
      event.preventDefault()
      react(event.dataTransfer)
    })
  listen('dragenter', () => over(depth + 1))
  listen('dragleave', () => over(depth - 1))
  listen('dragover', (transfer) => {
    transfer.dropEffect = isClosed() ? 'none' : 'copy'
  })
  listen('drop', (transfer) => {
    over(0)
    if (!isClosed()) take(filesOf(transfer))
  })
  host.addEventListener('paste', ({ clipboardData }) => {
    if (carriesFiles(clipboardData) && !isClosed()) take(filesOf(clipboardData))
  })

  return {
    element,
    input,
    draw({ accept, multiple, texts }) {
      input.accept = accept
      input.multiple = multiple
      write(hint, multiple ? texts.drop : texts.dropOne)
      write(choose, multiple ? texts.choose : texts.chooseOne)
    },
  }
}
