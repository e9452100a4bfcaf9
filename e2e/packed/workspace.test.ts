import { expect, test } from 'vitest'
import type { Project } from './project.ts'
import { manifestOf, workspaceOf } from './workspace.ts'

const project: Project = {
  ...{ name: 'react', dependencies: ['@chunkwise/react', 'react'] },
  ...{ written: [], builds: [], pages: 'dist' },
}
const tarballs = new Map([
  ['@chunkwise/react', '/tmp/a/chunkwise-react-0.0.0.tgz'],
  ['@chunkwise/client', '/tmp/a/chunkwise-client-0.0.0.tgz'],
])

test('an app has our packages as they were packed, and others in one version', () => {
  expect(JSON.parse(manifestOf(project, tarballs, () => '19.3.1'))).toEqual({
    name: 'react',
    private: true,
    type: 'module',
    dependencies: { '@chunkwise/react': 'file:/tmp/a/chunkwise-react-0.0.0.tgz', react: '19.3.1' },
  })
})

test('what our packages need of each other was packed as well', () => {
  expect(JSON.parse(workspaceOf([project], tarballs))).toMatchObject({
    packages: ['react'],
    overrides: {
      '@chunkwise/react': 'file:/tmp/a/chunkwise-react-0.0.0.tgz',
      '@chunkwise/client': 'file:/tmp/a/chunkwise-client-0.0.0.tgz',
    },
  })
})
