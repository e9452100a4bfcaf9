import { defineConfig } from 'tsdown'

export default defineConfig({ entry: ['src/index.ts', 'src/msw.ts'], format: 'esm', platform: 'neutral', dts: true })
