import type { UploadStateOf } from './machine.ts'
import type { InnerUpload } from './upload.ts'

/** The tabs of a browser, as one of them has it: who holds an upload sends it, and all others see how far it is. */
export interface Tabs {
  /** From now on the upload hears what other tabs do with it, and they hear of it. */
  join(upload: InnerUpload): Seat
}

/** The place of one upload of this tab among those of other tabs. */
export interface Seat {
  /**
   * Takes the upload, for the file with this content, until it is no longer at work. Resolves to whether other tabs may have written
   * records since somebody here asked last. Where another tab has it, it is paused for that, and goes on when the other lets go.
   */
  take(content: string, signal: AbortSignal): Promise<boolean | undefined>
  /** Before a cancelled upload is dropped: whether the tab that had it could drop it; `undefined`: that is for this tab to do. */
  drop(): Promise<boolean | undefined>
  /** Tells the end, and waits for those who have to know it: whether a cancelled upload could be dropped, or what completed it. */
  tell(end: boolean | UploadStateOf<'completed'>): Promise<void>
  /** Lets go of the upload. */
  leave(): void
}
