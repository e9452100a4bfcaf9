import { defineConfig } from 'tsdown'

// One build for all entries: a problem that one of them throws is an instance of the class that the other one knows.
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    gateway: 'src/gateway/index.ts',
    node: 'src/node.ts',
    redis: 'src/redis.ts',
    bin: 'src/bin.ts',
    s3: 'src/s3.ts',
    'tus-data-store': 'src/tus-data-store.ts',
    // The thread is started by its name, so it must lie beside the others under it.
    'digest-worker': 'src/stores/digest-worker.js',
  },
  // It runs in browsers too, as a mock.
  target: 'es2022',
  format: 'esm',
  platform: 'neutral',
  deps: { neverBundle: [/^node:/] },
  dts: true,
})
