import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Bundles the page, as an app would, into a folder. */
export async function bundlePage(outDir: string, source: boolean): Promise<void> {
  await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    resolve: source ? { conditions: ['@chunkwise/source', 'browser', 'module', 'import', 'default'] } : {},
    build: {
      outDir,
      emptyOutDir: true,
      assetsDir: '.',
      target: 'es2022',
      rolldownOptions: {
        input: fileURLToPath(new URL('./page.ts', import.meta.url)),
        output: { entryFileNames: 'page.js' },
      },
    },
  })
}
