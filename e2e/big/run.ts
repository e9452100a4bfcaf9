import { variable } from '../run/browsers.ts'
import { execute, tool } from '../run/command.ts'
import { findBrowser } from '../run/find-browser.ts'

// `pnpm test:big`: what takes too much time and room for every run, in Chromium.

const at = await findBrowser('chromium')
if ('use' in at) {
  const args = ['test', '--config', '.config/playwright.big.config.ts', '--reporter=list', ...process.argv.slice(2)]
  process.exitCode = (await execute(tool('playwright', args, { env: { [variable('chromium')]: at.use } }))) ?? 1
} else {
  console.error(at.missing)
  process.exitCode = 1
}
