import { fileURLToPath } from 'node:url'
import { defineConfig, devices } from '@playwright/test'
import { chromium } from './launch.ts'

const path = (fromRoot: string): string => fileURLToPath(new URL(`../${fromRoot}`, import.meta.url))

// The packages as they are published, in apps that know nothing of this repository.
export default defineConfig({
  testDir: path('e2e/packed/scenarios'),
  globalSetup: path('e2e/packed/set-up.ts'),
  outputDir: path('test-results'),
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  // They wait for a server as much as they work.
  workers: '100%',
  timeout: 60_000,
  globalTimeout: 9 * 60_000,
  expect: { timeout: 20_000 },
  use: {
    ...{ ...devices['Desktop Chrome'], launchOptions: chromium },
    ...{ screenshot: 'only-on-failure', video: 'off' },
  },
  projects: [{ name: 'chromium' }],
})
