import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromium, firefox } from './launch.ts'
import { serviceWorker } from './service-worker.ts'
import { sink } from './sink.ts'

// Packages meet each other as source, so that nothing must be built before a test.
const conditions = ['@chunkwise/source']
// Made anew for each project, since vitest writes into it.
const browsers = () => [
  { browser: 'chromium' as const, provider: playwright({ launchOptions: chromium }) },
  ...(firefox ? [{ browser: 'firefox' as const, provider: playwright({ launchOptions: firefox }) }] : []),
]

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions: [...conditions, 'browser', 'module', 'import', 'default'] },
  ssr: { resolve: { conditions: [...conditions, 'node', 'module', 'import', 'default'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['{packages,e2e,demo}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.browser.test.ts'],
          // No test waits for time; a busy machine may need some all the same.
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        plugins: [sink],
        test: {
          name: 'browser',
          include: ['packages/*/src/**/*.browser.test.ts'],
          exclude: ['**/node_modules/**', 'packages/testing/**'],
          browser: { enabled: true, headless: true, screenshotFailures: false, instances: browsers() },
        },
      },
      {
        // An origin of its own: a service worker takes the progress of what is sent from every page of its origin.
        extends: true,
        plugins: [serviceWorker],
        test: {
          name: 'browser-msw',
          include: ['packages/testing/src/**/*.browser.test.ts'],
          browser: { enabled: true, headless: true, screenshotFailures: false, instances: browsers() },
        },
      },
    ],
  },
})
