import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: { index: 'src/index.ts', msw: 'src/msw.ts', doubles: 'src/doubles/index.ts' },
  target: 'es2022',
  format: 'esm',
  platform: 'neutral',
  dts: true,
})
