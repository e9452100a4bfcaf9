import { spawnSync } from 'node:child_process'
import type { Check } from '../findings.ts'

const program = 'import sys; compile(sys.stdin.read(), "block", "exec")'

/** Python is compiled, not run. */
export const checkPython: Check = ({ code }) => {
  const { error, status, stderr } = spawnSync('python3', ['-c', program], { input: code, encoding: 'utf8' })
  if (error) return { missing: 'python3' }
  if (status === 0) return {}
  const [, line = '1'] = /File "block", line (\d+)/.exec(stderr) ?? []
  return { faults: [{ line: Number(line) - 1, message: stderr.trim().split('\n').at(-1) ?? '' }] }
}
