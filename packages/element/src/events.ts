import type { Finished, Upload, UploadError, UploadNotice, UploadState } from '@chunkwise/client'

/** What the element tells, by the name of the event; all of them bubble, also out of a shadow root around the element. */
export interface UploadEvents {
  /** An upload is on the list: a file that was added, or one of an earlier visit. */
  'upload-added': { readonly upload: Upload }
  /** The state of an upload is another: also each progress. */
  'upload-change': { readonly upload: Upload; readonly state: UploadState; readonly before: UploadState }
  /** The server has the whole file; `value` is what a form submits. */
  'upload-completed': { readonly upload: Upload; readonly finished: Finished; readonly value: string }
  'upload-failed': { readonly upload: Upload; readonly error: UploadError }
  /** An upload is off the list. */
  'upload-removed': { readonly upload: Upload }
  /** What happened besides: the server began again or went back, or the browser remembers nothing. */
  'upload-notice': { readonly notice: UploadNotice }
  /** Something that belongs to no upload: a setting that is wrong, files that could not be read. */
  'upload-error': { readonly error: unknown }
}

type Events = { [Name in keyof UploadEvents]: CustomEvent<UploadEvents[Name]> }

declare global {
  // On every element, since the events bubble.
  interface GlobalEventHandlersEventMap extends Events {}
}

/** Dispatches one of them. */
export function tell<Name extends keyof UploadEvents>(
  target: EventTarget,
  name: Name,
  detail: UploadEvents[Name],
): void {
  target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}
