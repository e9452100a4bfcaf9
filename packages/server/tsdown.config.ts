import { defineConfig } from 'tsdown'

export default defineConfig([
  { entry: ['src/index.ts'], format: 'esm', platform: 'neutral', dts: true },
  { entry: ['src/node.ts', 'src/bin.ts'], format: 'esm', platform: 'node', dts: true },
])
