/** The browsers that the tests run in. */
export const browserNames = ['chromium', 'firefox'] as const
/** One of {@link browserNames}. */
export type BrowserName = (typeof browserNames)[number]

/** How a browser that is not here can be had. */
export type Fetch = 'apt' | 'playwright'

/** What is known of this machine when a browser is looked for. */
export interface Facts {
  /** What `CHROMIUM_PATH` or `FIREFOX_PATH` says, if it is set. */
  readonly named: string | undefined
  /** The usual places, best first, Playwright's own before all. */
  readonly places: readonly string[]
  /** Whether a program lies at a path. */
  readonly exists: (path: string) => boolean
  /** Debian, and we are root: apt may install. */
  readonly mayInstall: boolean
  /** What was tried already, in vain. */
  readonly tried: readonly Fetch[]
}

/** What to do next: use a browser, fetch one and look again, or say what is missing. */
export type Next = { readonly use: string } | { readonly fetch: Fetch } | { readonly missing: string }

/** The variable that names a browser's path. */
export const variable = (browser: BrowserName): string => `${browser.toUpperCase()}_PATH`

/**
 * Decides where a browser comes from: the path that was named, else the first usual place that has one, else it is
 * fetched. Playwright fetches no Firefox here, since its own build is not the Firefox that people have.
 */
export function nextFor(browser: BrowserName, { named, places, exists, mayInstall, tried }: Facts): Next {
  if (named !== undefined) {
    // A wrong path is not silently replaced by another browser than the one that was asked for.
    return exists(named)
      ? { use: named }
      : { missing: `Cannot find ${title[browser]}: ${variable(browser)} names ${named}, where there is no program` }
  }
  const place = places.find(exists)
  if (place) return { use: place }
  const ways: readonly Fetch[] = [
    ...(mayInstall ? ['apt' as const] : []),
    ...(browser === 'chromium' ? ['playwright' as const] : []),
  ]
  const way = ways.find((each) => !tried.includes(each))
  return way
    ? { fetch: way }
    : {
        missing: `Cannot find ${title[browser]}: install ${products[browser]}, or set ${variable(browser)} to its path`,
      }
}

/**
 * Whether the tests fail without a browser. Chromium is always needed; Firefox in CI, and where it was asked for.
 */
export const isRequired = (browser: BrowserName, ci: boolean, asked: boolean): boolean =>
  browser === 'chromium' || ci || asked

const title = { chromium: 'Chromium', firefox: 'Firefox' }
const products = { chromium: 'Chrome, Chromium or Edge', firefox: 'Firefox' }

const programs = {
  chromium: [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
    'microsoft-edge',
  ],
  firefox: ['firefox-esr', 'firefox'],
}
const mac = {
  chromium: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `${name}.app/Contents/MacOS/${name}`),
  firefox: ['Firefox.app/Contents/MacOS/firefox'],
}
const windows = {
  chromium: [
    'Google\\Chrome\\Application\\chrome.exe',
    'Chromium\\Application\\chrome.exe',
    'Microsoft\\Edge\\Application\\msedge.exe',
  ],
  firefox: ['Mozilla Firefox\\firefox.exe'],
}

/** The usual places of a browser on a system, best first. */
export function usualPlaces(browser: BrowserName, platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  const set = (...names: readonly string[]) => names.flatMap((name) => env[name] ?? [])
  if (platform === 'win32') {
    const folders = set('PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA')
    return windows[browser].flatMap((path) => folders.map((folder) => `${folder}\\${path}`))
  }
  if (platform === 'darwin') {
    const folders = ['/Applications', ...set('HOME').map((home) => `${home}/Applications`)]
    return mac[browser].flatMap((path) => folders.map((folder) => `${folder}/${path}`))
  }
  const folders = set('PATH')
    .flatMap((path) => path.split(':'))
    .filter((folder) => folder !== '')
  return programs[browser].flatMap((name) => folders.map((folder) => `${folder}/${name}`))
}
