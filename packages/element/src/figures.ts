/** Figures as people read them, in one language. */
export interface Figures {
  /** Three figures and a decimal unit: `312 MB`. */
  bytes(count: number): string
  /** Bytes per second: `84.2 MB/s`. */
  speed(bytesPerSecond: number): string
  /** Seconds in their largest unit: `12 sec`, `3 min`. */
  duration(seconds: number): string
  percent(whole: number): string
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte']

/** Figures by the rules of a locale, such as `en` or `de-AT`. */
export function figuresOf(locale: string): Figures {
  const known = new Map<string, Intl.NumberFormat>()

  function format(value: number, unit: string): string {
    // The short byte is "5 byte".
    const unitDisplay = unit === 'byte' ? 'long' : 'short'
    const options = { style: 'unit', unit, unitDisplay, maximumSignificantDigits: 3 } as const
    const format = known.get(unit) ?? new Intl.NumberFormat(locale, options)
    known.set(unit, format)
    return format.format(value)
  }

  function scaled(count: number, suffix: string): string {
    let value = count
    let unit = 0
    // Rounded first, or 999.9 kB would be "1,000 kB".
    while (Number(value.toPrecision(3)) >= 1000 && unit < units.length - 1) {
      value /= 1000
      unit += 1
    }
    return format(value, `${units[unit]}${suffix}`)
  }

  return {
    bytes: (count) => scaled(count, ''),
    speed: (bytesPerSecond) => scaled(bytesPerSecond, '-per-second'),
    duration(seconds) {
      if (seconds < 59.5) return format(Math.max(1, Math.round(seconds)), 'second')
      if (seconds < 3570) return format(Math.round(seconds / 60), 'minute')
      return seconds < 129_600
        ? format(Math.round(seconds / 360) / 10, 'hour')
        : format(Math.round(seconds / 86_400), 'day')
    },
    percent: (whole) => format(whole, 'percent'),
  }
}

/** A whole percentage of what is there; 100 only where `done` says so. */
export function percent(part: number, size: number, done: boolean): number {
  if (done) return 100
  return size === 0 ? 0 : Math.min(99, Math.floor((part / size) * 100))
}
