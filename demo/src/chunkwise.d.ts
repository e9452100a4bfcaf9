import type * as Client from '@chunkwise/client'

declare global {
  /** What the script tag `chunkwise.global.js` leaves behind. */
  const Chunkwise: typeof Client

  /** Where the demo's server tells of finished files; `undefined` in a page that was built for another server. */
  const __KEPT__: string | undefined

  /** Where the laboratory has its server; `undefined` in a page that was built for another one. */
  const __LAB__: string | undefined

  /** Where the fake video hosts are; `undefined` in a page that was built for another server. */
  const __HOSTS__: string | undefined

  // Not in TypeScript's DOM library yet: only Chromium has them.
  interface Window {
    showOpenFilePicker?: (options?: { multiple?: boolean }) => Promise<FileSystemFileHandle[]>
  }
  interface DataTransferItem {
    getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>
  }
}
