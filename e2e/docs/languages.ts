import { checkCss } from './checks/css.ts'
import { checkHtml } from './checks/html.ts'
import { checkJson } from './checks/json.ts'
import { checkNginx } from './checks/nginx.ts'
import { checkPython } from './checks/python.ts'
import { shellCheck } from './checks/shell.ts'
import { checkSvelte } from './checks/svelte.ts'
import { checkVue } from './checks/vue.ts'
import { checkYaml } from './checks/yaml.ts'
import type { Check, Module } from './findings.ts'

// For the compiler of TypeScript as it stands.
const asModule =
  (kind: Module['kind']): Check =>
  ({ code }) => ({ modules: [{ kind, code, line: 0 }] })

/** How each language is checked; a block in any other is a mistake. */
export const languages = (): Readonly<Record<string, Check>> => ({
  ts: asModule('ts'),
  tsx: asModule('tsx'),
  js: asModule('js'),
  vue: checkVue,
  svelte: checkSvelte,
  html: checkHtml,
  css: checkCss,
  json: checkJson,
  yaml: checkYaml,
  python: checkPython,
  sh: shellCheck(),
  nginx: checkNginx,
  // For people only.
  text: () => ({}),
  caddyfile: () => ({}),
})
