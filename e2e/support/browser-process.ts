import { readlink } from 'node:fs/promises'
import { join } from 'node:path'

// A browser locks its profile with a link that names its machine and process: `host-123` (Chromium), `127.0.1.1:+123`.
const locks = ['SingletonLock', 'lock']

/** The process of the browser that has a profile open. */
export async function processOf(profile: string): Promise<number> {
  for (const lock of locks) {
    const text = await readlink(join(profile, lock)).catch(() => undefined)
    const id = /[-+](\d+)$/.exec(text ?? '')?.[1]
    if (id !== undefined) return Number(id)
  }
  throw new Error(`Expected a browser to have ${profile} open`)
}
