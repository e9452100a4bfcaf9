import { carriesFiles, filesOfDrop, type Chosen } from './chosen-files.ts'

/**
 * Takes files that are dropped anywhere on the page, folders included. While they are held over it, the body has the attribute
 * `data-over`.
 *
 * @returns what ends it
 */
export function acceptDrops(
  onFiles: (files: readonly Chosen[]) => void,
  onError: (error: unknown) => void = reportError,
): () => void {
  const listening = new AbortController()
  // Entering a child leaves its parent: only where both are counted, the drag is known to be over.
  let depth = 0
  const over = (inside: number): void => {
    depth = inside
    document.body.toggleAttribute('data-over', depth > 0)
  }
  const listen = (type: 'dragenter' | 'dragleave' | 'dragover' | 'drop', act: (transfer: DataTransfer) => void): void =>
    addEventListener(
      type,
      (event) => {
        const { dataTransfer } = event
        if (!carriesFiles(dataTransfer)) return
        event.preventDefault()
        act(dataTransfer)
      },
      { signal: listening.signal },
    )
  listen('dragenter', () => over(depth + 1))
  listen('dragleave', () => over(Math.max(0, depth - 1)))
  listen('dragover', (transfer) => void (transfer.dropEffect = 'copy'))
  listen('drop', (transfer) => {
    over(0)
    filesOfDrop(transfer).then(onFiles).catch(onError)
  })
  return () => listening.abort()
}
