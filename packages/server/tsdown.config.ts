import { defineConfig } from 'tsdown'

export default defineConfig([
  // One build, so that all entries share one class of problems: what is thrown in one is known in the others.
  { entry: ['src/index.ts', 'src/node.ts', 'src/bin.ts'], format: 'esm', platform: 'node', fixedExtension: false, dts: true },
  // The thread that makes checksums, found beside whoever starts it.
  { entry: ['src/stores/digest-worker.js'], format: 'esm', platform: 'node', fixedExtension: false },
])
