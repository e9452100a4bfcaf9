import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { root } from '../run/command.ts'

/** A part of a page, in its CSS pixels. */
export type Clip = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>

// What people who read the README have to fetch.
const most = 150_000

/**
 * Keeps what a page shows as `docs/images/NAME.webp`.
 *
 * @param clip that part of the whole page; what is in view if absent
 * @throws RangeError for one that is too large to read by
 */
export async function keepPicture(page: Page, name: string, clip?: Clip): Promise<void> {
  const png = await page.screenshot({
    animations: 'disabled',
    caret: 'hide',
    ...(clip ? { clip, fullPage: true } : {}),
  })
  const webp = Buffer.from(await encode(page, png.toString('base64')), 'base64')
  const path = join('docs', 'images', `${name}.webp`)
  if (webp.length > most) throw new RangeError(`Cannot keep ${path}: ${webp.length} bytes are more than ${most}`)
  await writeFile(join(root, path), webp)
  console.log(`${path}  ${Math.round(webp.length / 1000)} kB`)
}

/** A browser has the encoder: no library is needed for it. */
const encode = (page: Page, png: string): Promise<string> =>
  page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0))
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(picture.width, picture.height)
    canvas.getContext('2d')?.drawImage(picture, 0, 0)
    // Letters stay sharp, and a picture has a tenth of what it has without loss.
    const webp = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 })
    const text = Array.from(new Uint8Array(await webp.arrayBuffer()), (byte) => String.fromCharCode(byte))
    return btoa(text.join(''))
  }, png)
