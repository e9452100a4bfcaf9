import { defineConfig } from 'tsdown'

// One file for each module: whoever wants the guards alone does not load the schemas.
export default defineConfig({
  entry: ['src/index.ts'],
  target: 'es2022',
  format: 'esm',
  platform: 'neutral',
  dts: true,
  unbundle: true,
})
