import type { Project } from './project.ts'

/** The manifest of an app: our packages from what was packed, others in their very versions. */
export function manifestOf(
  { name, dependencies }: Project,
  tarballs: ReadonlyMap<string, string>,
  versionOf: (name: string) => string,
): string {
  const versions = dependencies.map((name) => [name, tarballs.has(name) ? file(name, tarballs) : versionOf(name)])
  return JSON.stringify(
    { name, private: true, type: 'module', dependencies: Object.fromEntries(versions) },
    undefined,
    2,
  )
}

/**
 * What pnpm reads of all apps together. None of our packages comes from the registry, whoever asks for it: they depend on
 * each other by version.
 */
export const workspaceOf = (projects: readonly Project[], tarballs: ReadonlyMap<string, string>): string =>
  // JSON is YAML too.
  JSON.stringify({
    packages: projects.map(({ name }) => name),
    overrides: Object.fromEntries([...tarballs.keys()].map((name) => [name, file(name, tarballs)])),
    // They are there because others can do something with them; nothing here does.
    allowBuilds: { esbuild: false, msw: false },
  })

const file = (name: string, tarballs: ReadonlyMap<string, string>): string => `file:${tarballs.get(name)}`
