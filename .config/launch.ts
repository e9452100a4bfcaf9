import type { LaunchOptions } from 'playwright'

const at = (path: string | undefined): LaunchOptions => (path ? { executablePath: path } : {})
const isRoot = process.getuid?.() === 0

/** How the browsers are started, by `CHROMIUM_PATH` and `FIREFOX_PATH`; Playwright's own Chromium where it is not set. */
export const chromium: LaunchOptions = {
  ...at(process.env['CHROMIUM_PATH']),
  args: [
    // Chromium refuses its sandbox to root.
    ...(isRoot ? ['--no-sandbox'] : []),
    '--disable-gpu',
    // The others keep a headless run from calling home.
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
}

/** The Firefox that people have, driven as it is; `undefined` where none was found. */
export const firefox: LaunchOptions | undefined = process.env['FIREFOX_PATH']
  ? { ...at(process.env['FIREFOX_PATH']), channel: 'moz-firefox' }
  : undefined
