import { fileURLToPath } from 'node:url'
import { defineConfig, devices } from '@playwright/test'
import { chromium } from './launch.ts'

const path = (fromRoot: string): string => fileURLToPath(new URL(`../${fromRoot}`, import.meta.url))

// The tests against servers that others wrote.
export default defineConfig({
  testDir: path('e2e/peers/scenarios'),
  globalSetup: [path('e2e/peers/set-up.ts'), path('e2e/support/run-folder.ts'), path('e2e/peers/clients/set-up.ts')],
  outputDir: path('test-results'),
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  // They wait more than they work: for a server that starts, for what a client gives time.
  workers: '200%',
  timeout: 60_000,
  globalTimeout: 14 * 60_000,
  expect: { timeout: 20_000 },
  use: {
    ...{ ...devices['Desktop Chrome'], launchOptions: chromium },
    ...{ screenshot: 'only-on-failure', video: 'off' },
    // nginx has a certificate that nobody has signed.
    ignoreHTTPSErrors: true,
  },
  projects: [{ name: 'chromium' }],
})
