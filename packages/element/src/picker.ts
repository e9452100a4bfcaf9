import type { Chosen } from './chosen-files.ts'

/** Which files a person may choose. */
export interface Choice {
  readonly accept: string
  readonly multiple: boolean
}

/** The kinds of files of `accept` as the browser's picker wants them: by type, with extensions under one type for all. */
export function pickerTypes(accept: string): Record<string, string[]> {
  const types: Record<string, string[]> = {}
  for (const part of accept.split(',').map((part) => part.trim())) {
    if (/^\.[\w.+]{1,15}$/.test(part)) (types['application/octet-stream'] ??= []).push(part)
    else if (/^\w[^/]*\/[^/]+$/.test(part)) types[part] ??= []
  }
  return types
}

/**
 * Asks for files by the browser's own picker, which gives handles; `[]` if it was dismissed. To be called in a click.
 *
 * @returns `undefined` where the browser has no such picker, or in a frame: use a file input.
 */
export function pickFiles({ accept, multiple }: Choice): Promise<readonly Chosen[]> | undefined {
  // A frame has the picker too, but may not always open it.
  if (!window.showOpenFilePicker || window.top !== window) return undefined
  const types = pickerTypes(accept)
  const limits = Object.keys(types).length > 0 && { types: [{ accept: types }] }
  return window.showOpenFilePicker({ multiple, ...limits }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') return []
    throw error
  })
}
