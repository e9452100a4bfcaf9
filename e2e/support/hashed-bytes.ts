import type { Page } from '@playwright/test'

/** Counts the bytes of files that workers of a page read, whatever they then do with them: here, hash them. */
export interface HashedBytes {
  /** So many since the page was loaded last. */
  sinceLoad(): Promise<number>
}

const channel = 'bytes read in workers'

/** Counts from the next load of the page on. */
export async function countHashedBytes(page: Page): Promise<HashedBytes> {
  await page.addInitScript((channel) => {
    let bytes = 0
    new BroadcastChannel(channel).onmessage = ({ data }) => (bytes += Number(data))
    Object.assign(globalThis, { bytesReadInWorkers: () => bytes })
    const prelude = `
      const counted = new BroadcastChannel(${JSON.stringify(channel)})
      const { stream, arrayBuffer } = Blob.prototype
      // As many bytes as are asked for and no more, or what is read ahead would count too.
      Blob.prototype.stream = function () {
        const reader = stream.call(this).getReader({ mode: 'byob' })
        async function pull(controller) {
          const { byobRequest } = controller
          const { value, done } = await reader.read(new Uint8Array(byobRequest.view.byteLength))
          if (done) controller.close()
          else {
            counted.postMessage(value.byteLength)
            new Uint8Array(byobRequest.view.buffer, byobRequest.view.byteOffset).set(value)
          }
          byobRequest.respond(value ? value.byteLength : 0)
        }
        return new ReadableStream({ type: 'bytes', pull, cancel: () => reader.cancel() })
      }
      Blob.prototype.arrayBuffer = async function () {
        counted.postMessage(this.size)
        return arrayBuffer.call(this)
      }`
    const Plain = Worker
    globalThis.Worker = class extends Plain {
      constructor(url: string | URL, options?: WorkerOptions) {
        const address = JSON.stringify(new URL(url, location.href).href)
        super(URL.createObjectURL(new Blob([prelude, `\nimportScripts(${address})`])), options)
      }
    }
  }, channel)
  return {
    // The page has it from the script above.
    sinceLoad: () =>
      page.evaluate(() => (globalThis as unknown as { bytesReadInWorkers(): number }).bytesReadInWorkers()),
  }
}
