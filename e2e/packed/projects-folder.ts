import { join } from 'node:path'
import { type ProjectName, projects } from './project.ts'

const variable = 'CHUNKWISE_PACKED_FOLDER'

/** From now on, in this process and those that it starts, the apps are there. */
export const announce = (folder: string): void => void (process.env[variable] = folder)

/** The folder of an app. */
export function folderOf(name: ProjectName): string {
  const folder = process.env[variable]
  if (folder === undefined)
    throw new Error(`Expected ${variable} to be set: the Playwright settings lack their globalSetup`)
  return join(folder, name)
}

/** The folder of an app's pages. */
export const pagesOf = (name: ProjectName): string =>
  join(folderOf(name), projects.find((project) => project.name === name)?.pages ?? '')
