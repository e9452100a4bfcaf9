import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'
import normal from './playwright.config.ts'

/** What `pnpm test:big` runs: tests that take too much time and room for every run. */
export default defineConfig({
  ...normal,
  testDir: fileURLToPath(new URL('../e2e/big', import.meta.url)),
  globalTimeout: 0,
  projects: (normal.projects ?? []).filter(({ name }) => name === 'chromium'),
})
