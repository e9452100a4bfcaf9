import { createHash } from 'node:crypto'
import { shownIn } from './answer.ts'
import { type Side, sides, type Upload } from './ask.ts'
import type { Answers } from './likeness.ts'
import type { Forgetful } from './servers.ts'

/** How what the servers have stored of uploads differs, from each other or from what was sent; no lines if it does not. */
export async function storedDifferences(
  lists: Answers,
  uploads: readonly Upload[],
  servers: Readonly<Record<Side, Forgetful>>,
): Promise<string[]> {
  const told = async (upload: Upload, side: Side): Promise<string> => {
    const shown = shownIn(lists[side]).find(({ id }) => id === upload.ids[side])
    if (!shown) return 'not in the list'
    return describe(await servers[side].stored(shown.file, upload.mount), shown.offset)
  }
  const found: string[] = []
  for (const upload of uploads) {
    const sent = describe(upload.content, upload.content.length)
    for (const side of sides) {
      const stored = await told(upload, side)
      if (stored !== sent)
        found.push(`stored ${side === 'theirs' ? 'there' : 'here'} of ${upload.label}: ${stored}; sent: ${sent}`)
    }
  }
  return found
}

const describe = (bytes: Uint8Array, offset: number): string =>
  `${bytes.length} bytes of MD5 ${createHash('md5').update(bytes).digest('hex')} at offset ${offset}`
