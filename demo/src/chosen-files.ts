/** What the SDK takes: a handle can be read again after a reload, a file only as long as the page lives. */
export type Chosen = File | FileSystemFileHandle

/** Whether a drag carries files, rather than text or a link. */
export const carriesFiles = (transfer: DataTransfer | null): transfer is DataTransfer =>
  transfer !== null && transfer.types.includes('Files')

/**
 * The files of a drop, those inside folders included, as handles where the browser gives them. To be called in the
 * drop event itself: the browser empties `transfer` right after it.
 */
export async function filesOfDrop(transfer: DataTransfer): Promise<Chosen[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file')
  const dropped = await Promise.all(items.map(chosenOf))
  return dropped.flat()
}

async function chosenOf(item: DataTransferItem): Promise<Chosen[]> {
  // All are asked for before the first wait, after which the item is empty.
  const file = item.getAsFile()
  const entry = item.webkitGetAsEntry()
  const handle = await item.getAsFileSystemHandle?.().catch(() => null)
  if (handle) return filesOfHandle(handle)
  if (entry instanceof FileSystemDirectoryEntry) return filesOfFolder(entry)
  return file ? [file] : []
}

async function filesOfHandle(handle: FileSystemHandle): Promise<FileSystemFileHandle[]> {
  if (handle instanceof FileSystemFileHandle) return [handle]
  if (!(handle instanceof FileSystemDirectoryHandle)) return []
  const files: FileSystemFileHandle[] = []
  for await (const inside of handle.values()) files.push(...(await filesOfHandle(inside)))
  return files
}

// Browsers without handles give the files of a folder this way.
async function filesOfFolder(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader()
  const files: File[] = []
  for (;;) {
    // A folder comes in batches; an empty one is its end.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (batch.length === 0) return files
    for (const entry of batch) {
      if (entry instanceof FileSystemDirectoryEntry) files.push(...(await filesOfFolder(entry)))
      if (entry instanceof FileSystemFileEntry) {
        files.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)))
      }
    }
  }
}

/**
 * Asks the person for files by the browser's own picker, which gives handles; `[]` if it was dismissed.
 *
 * @returns `undefined` where the browser has no such picker: use a file input.
 */
export function pickFiles(multiple: boolean): Promise<readonly Chosen[]> | undefined {
  return window.showOpenFilePicker?.({ multiple }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') return []
    throw error
  })
}
