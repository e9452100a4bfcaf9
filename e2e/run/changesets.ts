import getReleasePlan from '@changesets/get-release-plan'
import { root } from './command.ts'

/**
 * Reads the settings and all changesets, and works out the release they make: what `changeset status` does, but for its
 * look into the history of main, which a shallow clone does not have. Says the plan, one line per package.
 *
 * @throws Error if the settings or a changeset are wrong, or a changeset names a package that does not exist.
 */
export async function releasePlan(): Promise<string[]> {
  const { releases } = await getReleasePlan(root)
  return releases.map(({ name, oldVersion, newVersion, type }) => `${name} ${oldVersion} -> ${newVersion} (${type})`)
}
