import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Bundles the page with the clients, as an app would, into a folder. */
export async function bundlePage(outDir: string): Promise<void> {
  await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    ...{ base: './', configFile: false, logLevel: 'warn' },
    build: { outDir, emptyOutDir: true, target: 'es2022' },
  })
}
