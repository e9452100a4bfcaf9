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

// Known before the first page opens: what is found on the way reloads it in the middle of a test.
const optimizeDeps = { entries: ['packages/*/src/**/*.browser.test.{ts,tsx}'] }

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions: [...conditions, 'browser', 'module', 'import', 'default'] },
  // Not "module": what the AWS SDK offers to bundlers by that name does not run in Node as it is.
  ssr: { resolve: { conditions: [...conditions, 'node', 'import', 'default'] } },
  test: {
    // A busy machine needs more than the second that is usual; what is polled for comes, or the test fails.
    expect: { poll: { timeout: 10_000 } },
    // One less is usual, for whoever works at the machine: with two cores that is half of it.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['{packages,e2e,demo}/**/*.test.{ts,tsx}', 'docs/.vitepress/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.browser.test.{ts,tsx}', 'e2e/faults/**', 'e2e/storage/**'],
          // No test waits for time; a busy machine may need some all the same.
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          environment: 'node',
          include: ['e2e/faults/**/*.test.ts'],
          // Servers are killed and started again, hundreds of times.
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'storage',
          environment: 'node',
          include: ['e2e/storage/**/*.test.ts'],
          globalSetup: 'e2e/storage/set-up.ts',
          // Other people's servers are started, killed and waited for.
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        plugins: [sink],
        optimizeDeps,
        // As Vue wants it told.
        define: {
          __VUE_OPTIONS_API__: 'true',
          __VUE_PROD_DEVTOOLS__: 'false',
          __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
        },
        test: {
          name: 'browser',
          provide: { react: '19' },
          include: ['packages/*/src/**/*.browser.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', 'packages/testing/**'],
          browser: { enabled: true, headless: true, screenshotFailures: false, instances: browsers() },
        },
      },
      {
        extends: true,
        // The oldest React that is promised; everything else runs with the newest.
        resolve: { alias: { react: 'react-18', 'react-dom': 'react-dom-18' } },
        optimizeDeps,
        test: {
          name: 'browser-react-18',
          provide: { react: '18' },
          include: ['packages/react/src/**/*.browser.test.tsx'],
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
