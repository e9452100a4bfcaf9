import { versitygw } from './s3-server.ts'

/** Builds what the tests need of other people's, before the first of them. */
// Vitest asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default async function setUp(): Promise<void> {
  await versitygw.build()
}
