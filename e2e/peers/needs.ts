import { spawnSync } from 'node:child_process'

// What a program answers to this tells whether it is there, and whole: Debian ships Python without what makes environments.
const proofs: Readonly<Record<string, readonly string[]>> = {
  python3: ['-c', 'import venv, ensurepip'],
  go: ['version'],
  nginx: ['-v'],
  openssl: ['version'],
  pgrep: ['-V'],
}

/** The programs that the peers need and that this machine lacks. */
export const missingPrograms = (): string[] =>
  Object.entries(proofs).flatMap(([program, args]) => (spawnSync(program, args).status === 0 ? [] : [program]))
