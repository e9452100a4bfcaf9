/** Variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What is known of a flag. */
interface Flag {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
}

/**
 * Arguments that the environment stands for: `CHUNKWISE_MAX_SIZE=10GB` is `--max-size 10GB`. What may be given more than once is divided by
 * spaces. What the command line says itself goes before.
 *
 * @param said names of flags on the command line
 * @example
 * argumentsIn({ CHUNKWISE_PORT: '80' }, { port: { type: 'string' } }, new Set()) // ['--port', '80']
 */
export function argumentsIn(
  env: Environment,
  flags: Readonly<Record<string, Flag>>,
  said: ReadonlySet<string>,
): string[] {
  return Object.entries(flags).flatMap(([name, { type, multiple = false }]) => {
    const value = env[`CHUNKWISE_${name.toUpperCase().replaceAll('-', '_')}`]
    if (value === undefined || value === '' || said.has(name)) return []
    if (type === 'boolean') return ['1', 'true'].includes(value) ? [`--${name}`] : []
    return multiple ? value.split(/\s+/).flatMap((each) => [`--${name}`, each]) : [`--${name}`, value]
  })
}
