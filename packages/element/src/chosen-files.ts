/** What the client takes: a handle can be read again after a reload, a file only as long as the page lives. */
export type Chosen = File | FileSystemFileHandle

/** Whether a drag or a paste carries files, rather than text or a link. */
export const carriesFiles = (transfer: DataTransfer | null): transfer is DataTransfer =>
  transfer !== null && transfer.types.includes('Files')

/**
 * The files of a drop or a paste, those inside folders included, as handles where the browser gives them. To be called in
 * the event itself: the browser empties `transfer` right after it.
 */
export async function filesOf(transfer: DataTransfer): Promise<Chosen[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file')
  return (await Promise.all(items.map(filesOfItem))).flat()
}

async function filesOfItem(item: DataTransferItem): Promise<Chosen[]> {
  // All are asked for before the first wait, after which the item is empty.
  const file = item.getAsFile()
  const entry = item.webkitGetAsEntry()
  const handle = await item.getAsFileSystemHandle?.().catch(() => null)
  if (handle) return filesOfHandle(handle)
  if (entry?.isDirectory) return filesOfEntry(entry)
  return file ? [file] : []
}

async function filesOfHandle(handle: FileSystemHandle): Promise<FileSystemFileHandle[]> {
  if (handle instanceof FileSystemFileHandle) return [handle]
  const files: FileSystemFileHandle[] = []
  if (handle instanceof FileSystemDirectoryHandle)
    for await (const inside of handle.values()) files.push(...(await filesOfHandle(inside)))
  return files
}

// Browsers without handles give the files of a folder this way.
async function filesOfEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry instanceof FileSystemFileEntry) return [await new Promise<File>((...both) => entry.file(...both))]
  const files: File[] = []
  if (!(entry instanceof FileSystemDirectoryEntry)) return files
  const reader = entry.createReader()
  for (;;) {
    // A folder comes in batches; an empty one is its end.
    const batch = await new Promise<FileSystemEntry[]>((...both) => reader.readEntries(...both))
    if (batch.length === 0) return files
    for (const inside of batch) files.push(...(await filesOfEntry(inside)))
  }
}
