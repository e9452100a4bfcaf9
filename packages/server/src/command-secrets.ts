import { readFile, stat } from 'node:fs/promises'
import { anyOf, type Authenticate } from './auth.ts'
import { apiKeyAuth } from './auth/api-key.ts'
import { basicAuth } from './auth/basic.ts'
import { externalAuth } from './auth/external.ts'
import { signedQueryAuth } from './auth/signed-query.ts'
import { tokenAuth } from './auth/token.ts'
import type { CommandOptions, Secret } from './command-options.ts'
import { UsageError } from './command-values.ts'
import { isCode } from './stores/disk-paths.ts'

/**
 * The ways to sign in that the command line asks for, in the order of its help; `undefined` if it asks for none. Secrets are
 * read from files, since whoever is on the machine sees the arguments of every process.
 *
 * @param complain Is told of a file that everybody may read.
 * @throws UsageError for a file that cannot be read or says nothing, by its name and line, never with what it says.
 */
export async function readWays(
  options: CommandOptions,
  complain: (line: string) => void,
): Promise<Authenticate | undefined> {
  const { tokens, tokensFile, apiKeysFile, passwordsFile, signingKeysFile, authority, forward, corsOrigins } = options
  const read = async (flag: string, file: string | undefined): Promise<readonly Secret[]> => {
    if (file === undefined) return []
    if (await isOpen(file)) complain(`chunkwise-server: everybody can read ${file}: chmod 600 ${file}`)
    return readSecrets(flag, file)
  }
  const known = [...tokens, ...(await read('--tokens', tokensFile))]
  const keys = await read('--api-keys', apiKeysFile)
  const passwords = byOwner('--passwords', await read('--passwords', passwordsFile))
  const signing = byOwner('--signing-keys', await read('--signing-keys', signingKeysFile))
  const secrets = Object.fromEntries(Object.entries(signing).map(([owner, secret]) => [owner, { owner, secret }]))
  const [first, ...rest] = [
    ...(known.length > 0 ? [tokenAuth(bySecret(known))] : []),
    ...(keys.length > 0 ? [apiKeyAuth(bySecret(keys))] : []),
    ...(passwordsFile === undefined ? [] : [asked('--passwords', () => basicAuth(passwords))]),
    ...(signingKeysFile === undefined ? [] : [asked('--signing-keys', () => signedQueryAuth(secrets))]),
    ...(authority === undefined ? [] : [externalAuth({ authority, forward, origins: corsOrigins })]),
  ]
  return first && anyOf(first, ...rest)
}

/** What an option refuses was in a file. */
function asked(flag: string, make: () => Authenticate): Authenticate {
  try {
    return make()
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(`${flag}: ${cause.message}`, { cause })
    throw cause
  }
}

const bySecret = (secrets: readonly Secret[]): Record<string, string> =>
  Object.fromEntries(secrets.map(({ owner, secret }) => [secret, owner]))

function byOwner(flag: string, secrets: readonly Secret[]): Record<string, string> {
  const found = new Map<string, string>()
  for (const { owner, secret } of secrets) {
    if (found.has(owner)) throw new UsageError(`${flag}: expected one line of ${owner}, got several`)
    found.set(owner, secret)
  }
  return Object.fromEntries(found)
}

/** Lines `OWNER=SECRET`; empty ones and those that begin with `#` say nothing. */
async function readSecrets(flag: string, file: string): Promise<Secret[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${flag}: cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  })
  const secrets = text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(?:#|$)/.test(line)) return []
    const [, owner = '', secret = ''] = /^([^=\s]+)=(\S(?:.*\S)?)\s*$/.exec(line) ?? []
    if (secret === '') throw new UsageError(`${flag}: expected OWNER=SECRET in line ${index + 1} of ${file}`)
    return [{ owner, secret }]
  })
  // Nobody could sign in, which is more likely a mistake than meant.
  if (secrets.length === 0) throw new UsageError(`${flag}: there is no OWNER=SECRET in ${file}`)
  return secrets
}

async function isOpen(file: string): Promise<boolean> {
  try {
    const found = await stat(file)
    return found.isFile() && (found.mode & 0o007) !== 0
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false
    throw error
  }
}
