import { spawnSync } from 'node:child_process'

// What a program answers to this tells whether it is there, and whole: Debian ships Python without what makes environments.
const proofs = {
  python3: ['-c', 'import venv, ensurepip'],
  go: ['version'],
  nginx: ['-v'],
  openssl: ['version'],
  pgrep: ['-V'],
  'redis-server': ['--version'],
} satisfies Readonly<Record<string, readonly string[]>>

/** Those of these programs that this machine lacks. */
export const missingAmong = (...programs: readonly (keyof typeof proofs)[]): string[] =>
  programs.filter((program) => spawnSync(program, proofs[program]).status !== 0)
