import { fileURLToPath } from 'node:url'
import { defineConfig, devices } from '@playwright/test'
import { chromium, firefox } from './launch.ts'

const path = (fromRoot: string): string => fileURLToPath(new URL(`../${fromRoot}`, import.meta.url))

export default defineConfig({
  testDir: path('e2e/tests'),
  globalSetup: path('e2e/support/run-folder.ts'),
  outputDir: path('test-results'),
  forbidOnly: Boolean(process.env['CI']),
  // A test that passes only when tried again has found something.
  retries: 0,
  // Most of a test is waiting: for a pause, for a lost answer, for a page to come back.
  workers: '150%',
  timeout: 90_000,
  // Shorter than what `pnpm test` allows a step, so that there is a report in any case.
  globalTimeout: 13 * 60_000,
  expect: { timeout: 20_000 },
  use: { screenshot: 'only-on-failure', video: 'off' },
  projects: [
    { name: 'chromium', use: { ...devices['Desktop Chrome'], launchOptions: chromium } },
    ...(firefox
      ? [
          {
            name: 'firefox',
            // What only Chromium can do stands in a folder of its own: a test that is left out says nothing.
            testIgnore: '**/chromium/**',
            use: { ...devices['Desktop Firefox'], channel: 'moz-firefox', launchOptions: firefox },
          },
        ]
      : []),
  ],
})
