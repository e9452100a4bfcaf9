import { ChunkwiseUpload } from './chunkwise-upload.ts'

export { ChunkwiseUpload, type MoreOptions } from './chunkwise-upload.ts'
export type { Settings } from './attributes.ts'
export type { UploadEvents } from './events.ts'
export type { ProtocolName } from './protocols.ts'
export type { Action, Standing, Texts } from './texts/texts.ts'

declare global {
  interface HTMLElementTagNameMap {
    'chunkwise-upload': ChunkwiseUpload
  }
}

// Nothing to define where a server renders the page, nor where another copy of this package has done so.
if (globalThis.customElements && !customElements.get('chunkwise-upload'))
  customElements.define('chunkwise-upload', ChunkwiseUpload)
