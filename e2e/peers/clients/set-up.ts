import { join } from 'node:path'
import { runFolder } from '../../support/run-folder.ts'
import { installEnvironment } from '../servers/python.ts'
import { bundlePage } from './page/bundle.ts'

/** Makes the clients ready that other people wrote, before the first scenario. */
// Playwright asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default async function setUp(): Promise<void> {
  await installEnvironment('tuspy-1.1.0')
  await bundlePage(join(runFolder().pages, 'clients'))
}
