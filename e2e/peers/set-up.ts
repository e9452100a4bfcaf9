import { installEnvironment } from './servers/python.ts'
import { tusd } from './servers/tusd.ts'

/** Installs what the peers run on, before the first scenario. */
// Playwright asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default async function setUp(): Promise<void> {
  await Promise.all([tusd.build(), installEnvironments()])
}

async function installEnvironments(): Promise<void> {
  for (const requirements of ['drf-0.6.0', 'drf-0.5.1', 'django-chunked-upload-2.0', 'django-tus-0.5.0'] as const)
    await installEnvironment(requirements)
}
