const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

const figures = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, useGrouping: false })

/** Bytes as people read them: three figures and a decimal unit, `312 MB`. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  // Rounded first, or 999.9 kB would be "1000 kB".
  while (Number(value.toPrecision(3)) >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${figures.format(value)} ${units[unit] ?? ''}`
}

/** Bytes per second: `84.2 MB/s`. */
export const speed = (bytesPerSecond: number): string => `${bytes(bytesPerSecond)}/s`

/** Seconds as a person would say them: `12 s`, `3 min`, `1 h 20 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return `${Math.round(hours / 24)} days`
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** A whole percentage of what is there; 100 only where `done` says so. */
export function percent(part: number, size: number, done: boolean): number {
  if (done) return 100
  return size === 0 ? 0 : Math.min(99, Math.floor((part / size) * 100))
}

/** Stretches a layer of a bar over that part of it. By transform: a width would lay out the page again for each chunk. */
export const stretch = (part: number, size: number): string => `scaleX(${(size === 0 ? 0 : part / size).toFixed(5)})`

/** `1 upload`, `3 uploads`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
