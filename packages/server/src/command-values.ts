/** An argument that is wrong; its message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function refuse(name: string, expected: string, value: string): never {
  throw new UsageError(`${name}: expected ${expected}, got ${JSON.stringify(value)}`)
}

export function oneOf<const Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  return choices.find((choice) => choice === value) ?? refuse(name, choices.join(', '), value)
}

/** A value that may be left out. */
export function given<Value>(
  name: string,
  text: string | undefined,
  read: (name: string, text: string) => Value,
): Value | undefined {
  return text === undefined ? undefined : read(name, text)
}

export function readPort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity
  return port <= 65_535 ? port : refuse(name, 'a number from 0 to 65535', text)
}

/** A number, or `none` for no limit. */
export function readCount(name: string, text: string): number {
  if (text === 'none') return Infinity
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : refuse(name, 'a number from 1 on, or none', text)
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
}

/** Bytes. */
export function readSize(name: string, text: string): number {
  return sizeOf(text) ?? refuse(name, 'a size like 500MB or 10GiB', text)
}

function sizeOf(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? []
  const size = Math.floor(Number(number) * (units[unit.toLowerCase()] ?? NaN))
  return number !== '' && size > 0 ? size : undefined
}

/** Bytes, or a share of a whole below 1; 0 for `none`. */
export function readShare(name: string, text: string): number {
  if (text === 'none') return 0
  const [, percent] = /^(\d{1,2}(?:\.\d+)?)%$/.exec(text) ?? []
  const share = percent === undefined ? sizeOf(text) : Number(percent) / 100
  return share || refuse(name, 'a size like 10GB, a share like 5%, or none', text)
}

/** Bytes a second; 0 for `none`. */
export function readRate(name: string, text: string): number {
  if (text === 'none') return 0
  return sizeOf(text) ?? refuse(name, 'a size a second like 1kB, or none', text)
}

const durations: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds. */
export function readDuration(name: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  const duration = Number(number) * (durations[unit] ?? NaN)
  return duration > 0 ? duration : refuse(name, 'a time like 30m, 12h or 7d', text)
}
