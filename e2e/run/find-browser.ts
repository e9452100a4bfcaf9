import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { chromium } from 'playwright'
import { type BrowserName, type Fetch, type Next, nextFor, usualPlaces, variable } from './browsers.ts'
import { type Command, execute, tool } from './command.ts'

/** Finds a browser on this machine, and fetches one where that can be done. */
export async function findBrowser(browser: BrowserName): Promise<Exclude<Next, { fetch: Fetch }>> {
  const tried: Fetch[] = []
  for (;;) {
    const next = nextFor(browser, {
      named: process.env[variable(browser)] || undefined,
      places: [...playwrightsOwn(browser), ...usualPlaces(browser, process.platform, process.env)],
      exists: isProgram,
      mayInstall: isRootOnDebian(),
      tried,
    })
    if (!('fetch' in next)) return next
    tried.push(next.fetch)
    console.log(`${browser} is not here: fetching it by ${next.fetch === 'apt' ? 'apt-get' : 'playwright install'}`)
    await fetchBy(next.fetch, browser)
  }
}

// Whether it worked is seen when the browser is looked for again.
async function fetchBy(way: Fetch, browser: BrowserName): Promise<void> {
  if (way === 'playwright') {
    await execute(tool('playwright', ['install', browser]))
    return
  }
  const apt = (...args: readonly string[]): Command => ({
    file: 'apt-get',
    args: ['-q', ...args],
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  await execute(apt('update'))
  await execute(apt('install', '-y', '--no-install-recommends', browser === 'firefox' ? 'firefox-esr' : 'chromium'))
}

const playwrightsOwn = (browser: BrowserName): string[] => (browser === 'chromium' ? [chromium.executablePath()] : [])

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isRootOnDebian(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}
