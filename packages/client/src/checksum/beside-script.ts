import { ownAddress, ownCrossOrigin, ownNonce } from './script-tag.ts'

/** The address of a file beside this script; beside the page where the script has none. */
export const besideScript = (name: string): URL => new URL(name, ownAddress || document.baseURI)

/**
 * Loads a classic script by a tag of its own, with the nonce of ours, and asked for as ours was.
 *
 * @param left what it leaves behind: where that is there already, nothing is loaded.
 */
export function loadScript<Left>({ href }: URL, left: () => Left | undefined): Promise<Left> {
  return new Promise((resolve, reject) => {
    const before = left()
    if (before) return resolve(before)
    const script = document.createElement('script')
    script.src = href
    script.nonce = ownNonce
    script.crossOrigin = ownCrossOrigin
    script.onload = () => {
      const after = left()
      if (after) resolve(after)
      else reject(new Error(`${href} is not the file of this version`))
    }
    script.onerror = () => reject(new Error(`no answer came from ${href}, or it is not served there`))
    document.head.append(script)
    script.remove()
  })
}
