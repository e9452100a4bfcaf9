import type { Upload, Uploader } from '@chunkwise/client'
import type { Chosen } from './chosen-files.ts'
import { create } from './create.ts'
import { pickFiles } from './picker.ts'
import type { Action } from './texts/texts.ts'

/** What an action needs besides its upload. */
export interface ActTools {
  readonly uploader: Uploader | undefined
  /** Files that may be chosen, as in `<input accept>`. */
  readonly accept: string
  /** The server keeps what it has of a cancelled upload. */
  onKept(): void
}

/** Does what a button of a row says. */
export async function act(upload: Upload, action: Action, { uploader, accept, onKept }: ActTools): Promise<void> {
  if (action === 'remove') return uploader?.remove(upload)
  if (action === 'cancel') {
    if (!(await upload.cancel())) onKept()
    return uploader?.remove(upload)
  }
  if (action !== 'chooseAgain') return upload[action]()
  const file = await chooseOne(accept)
  if (file) upload.choose(file)
}

// To be called in a click: browsers open no dialog otherwise.
async function chooseOne(accept: string): Promise<Chosen | undefined> {
  const picked = pickFiles({ accept, multiple: false })
  if (picked) return (await picked)[0]
  return new Promise((resolve) => {
    const input = create('input', { type: 'file', accept })
    input.addEventListener('change', () => resolve(input.files?.[0]))
    input.addEventListener('cancel', () => resolve(undefined))
    input.click()
  })
}
