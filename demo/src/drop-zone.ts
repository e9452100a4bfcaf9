import { carriesFiles, filesOfDrop, pickFiles, type Chosen } from './chosen-files.ts'

export interface DropZoneOptions {
  /** The element that shows where to drop; files may be dropped anywhere on the page. */
  readonly zone: HTMLElement
  /** The file input: it stays the way in where there is no picker, for assistive technology and for tests. */
  readonly input: HTMLInputElement
  /** Never use the browser's picker. */
  readonly inputOnly: boolean
  onFiles(files: readonly Chosen[]): void
  onError(error: unknown): void
}

/** Takes files by drop, by picker and by input. */
export function connectDropZone({ zone, input, inputOnly, onFiles, onError }: DropZoneOptions): void {
  const take = (files: Promise<readonly Chosen[]>): void => void files.then(onFiles).catch(onError)

  // One control for both ways: the input, whose own dialog gives way to the picker where there is one.
  input.addEventListener('click', (event) => {
    const picked = inputOnly ? undefined : pickFiles(true)
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
    depth = inside
    zone.toggleAttribute('data-over', depth > 0)
  }
  addEventListener('dragenter', (event) => {
    if (carriesFiles(event.dataTransfer)) over(depth + 1)
  })
  addEventListener('dragleave', (event) => {
    if (carriesFiles(event.dataTransfer)) over(Math.max(0, depth - 1))
  })
  addEventListener('dragover', (event) => {
    if (!carriesFiles(event.dataTransfer)) return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'copy'
  })
  addEventListener('drop', (event) => {
    over(0)
    if (!carriesFiles(event.dataTransfer)) return
    event.preventDefault()
    take(filesOfDrop(event.dataTransfer))
  })
}
