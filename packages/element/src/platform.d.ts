// What not every browser has, and TypeScript's library does not name.

interface Window {
  showOpenFilePicker?: (options?: {
    multiple?: boolean
    types?: readonly { readonly accept: Readonly<Record<string, readonly string[]>> }[]
  }) => Promise<FileSystemFileHandle[]>
}

interface DataTransferItem {
  getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>
}
