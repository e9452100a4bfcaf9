import type { Upload, Uploader } from '@chunkwise/client'

import { chooseOne } from './choose-again.ts'
import type { Notices } from './notices.ts'
import type { Action } from './row-actions.ts'

export interface ActOptions {
  readonly uploader: Uploader
  readonly notices: Notices
  /** Never use the browser's picker. */
  readonly inputOnly: boolean
}

/** Does what a press of a row's button asks for. */
export async function actOn(
  upload: Upload,
  action: Action,
  { uploader, notices, inputOnly }: ActOptions,
): Promise<void> {
  if (action === 'Pause') return upload.pause()
  if (action === 'Resume') return upload.getState().status === 'idle' ? upload.start() : upload.resume()
  if (action === 'Retry') return upload.retry()
  if (action === 'Remove') return uploader.remove(upload)
  if (action === 'Choose the file again') {
    const file = await chooseOne(inputOnly)
    if (file) upload.choose(file)
    return
  }
  const dropped = await upload.cancel()
  if (!dropped) notices.show(`“${upload.name}” is cancelled; the server keeps what it has until that expires.`)
}
