import { expect, test } from 'vitest'
import { type Known, wrongCommands } from './shell-words.ts'

const known: Known = {
  scripts: ['test', 'demo'],
  packageManager: 'pnpm@1.2.3',
  packages: ['@chunkwise/client', 'express'],
  pythonPackages: ['Django'],
  serverHelp: '  -p, --port 8080       port to listen on\n  -h, --help\n',
  isFile: (path) => path === 'here.test.ts',
  isProgram: (name) => name === 'curl',
}
const messages = (code: string) => wrongCommands(code, known).map(({ line, message }) => `${line}: ${message}`)

test('commands whose every part exists are right', () => {
  const code = [
    'npx --yes pnpm@1.2.3 demo   # a comment',
    'pnpm run demo && pnpm test unit',
    "pnpm test here.test.ts -- -t 'a name'",
    'npm install --save-dev express @chunkwise/client',
    'pip install Django',
    'npx @chunkwise/server --port 8080',
    'chunkwise-server [--help]',
    'curl https://example.com | curl -d @- https://example.com',
    '# nothing',
  ]
  expect(messages(code.join('\n'))).toEqual([])
})

test('each part that does not exist is named with its line', () => {
  const code = [
    'pnpm lost',
    'pnpm test lost',
    'pnpm test lost.test.ts',
    'npx pnpm@9 demo',
    'npm install leftpad',
    'npm uninstall express',
    'pip install Flask',
    'chunkwise-server --por 8080',
    'curl a && wget b',
  ]
  expect(messages(code.join('\n'))).toEqual([
    '0: There is no script "lost"',
    '1: SyntaxError: Cannot run the tests: "lost" is neither a step nor a test file (.test.ts, .browser.test.ts, .spec.ts)',
    '2: There is no file "lost.test.ts"',
    '3: npx knows "pnpm@1.2.3" and our server only',
    '4: "leftpad" is neither ours nor used by our tests',
    '5: "uninstall" is not known: write "install"',
    '6: "Flask" is neither ours nor used by our tests',
    '7: chunkwise-server has no option "--por"',
    '8: There is no program "wget"',
  ])
})
