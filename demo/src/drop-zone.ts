import { pickFiles, type Chosen } from './chosen-files.ts'
import { acceptDrops } from './drops.ts'

export interface DropZoneOptions {
  /** The file input: it stays the way in where there is no picker, for assistive technology and for tests. */
  readonly input: HTMLInputElement
  /** Never use the browser's picker. */
  readonly inputOnly: boolean
  onFiles(files: readonly Chosen[]): void
  onError(error: unknown): void
}

/** Takes files by drop, by picker and by input. */
export function connectDropZone({ input, inputOnly, onFiles, onError }: DropZoneOptions): void {
  // One control for both ways: the input, whose own dialog gives way to the picker where there is one.
  input.addEventListener('click', (event) => {
    const picked = inputOnly ? undefined : pickFiles(true)
    if (!picked) return
    event.preventDefault()
    picked.then(onFiles).catch(onError)
  })
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])])
    // The same file may be chosen again.
    input.value = ''
  })
  acceptDrops(onFiles, onError)
}
