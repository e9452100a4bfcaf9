import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContextOptions } from 'playwright'
import { chromium as launchOptions } from '../../.config/launch.ts'
import { findBrowser } from '../run/find-browser.ts'
import { startDemo } from '../support/demo.ts'
import setUp, { runFolder } from '../support/run-folder.ts'
import { startSite } from '../support/site.ts'
import { keepPicture, type Clip } from './picture.ts'
import { elementScene, labScene, plainScene, videosScene, type Stage } from './scenes.ts'

// Makes the pictures of docs/images anew: `pnpm screenshots`.

const desktop = { viewport: { width: 1280, height: 1080 }, deviceScaleFactor: 1.5 } as const
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 } as const

interface Picture {
  readonly name: string
  readonly look: BrowserContextOptions
  /** Brings the page to what is to be seen; what it gives back is the part to keep. */
  readonly scene: (stage: Stage) => Promise<Clip | void>
}

const pictures: readonly Picture[] = [
  {
    ...{ name: 'landing', look: { ...desktop, viewport: { width: 1280, height: 900 } } },
    scene: async ({ page }) => void (await page.goto('/')),
  },
  { name: 'plain', look: desktop, scene: plainScene },
  { name: 'phone', look: phone, scene: plainScene },
  { name: 'dark', look: { ...desktop, colorScheme: 'dark' }, scene: plainScene },
  { name: 'element', look: desktop, scene: elementScene },
  { name: 'videos', look: desktop, scene: videosScene },
  { name: 'lab', look: desktop, scene: labScene },
]

const found = await findBrowser('chromium')
if ('missing' in found) throw new Error(found.missing)
const browser = await chromium.launch({ ...launchOptions, executablePath: found.use })
const tearDown = await setUp()
const demo = await startDemo()
const asked = process.argv.slice(2)
try {
  for (const picture of pictures) if (asked.length === 0 || asked.includes(picture.name)) await take(picture)
} finally {
  await demo.close()
  await tearDown()
  await browser.close()
}

async function take({ name, look, scene }: Picture): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chunkwise-screenshots-'))
  const site = await startSite(runFolder().pages, [])
  const context = await browser.newContext({ ...look, baseURL: site.url, reducedMotion: 'reduce' })
  try {
    const page = await context.newPage()
    const clip = await scene({ page, site, demo, folder })
    await keepPicture(page, name, clip ?? undefined)
  } finally {
    await context.close()
    await site.close()
    await rm(folder, { recursive: true })
  }
}
