import { UploadError } from './errors.ts'

/** What a file must be like; checked before anything is sent. Sizes are bytes. */
export interface Restrictions {
  /** As in `<input accept>`: `.pdf`, `image/*`, `video/mp4`, separated by commas. */
  readonly accept?: string | undefined
  readonly minSize: number
  readonly maxSize: number
}

interface Candidate {
  readonly name: string
  readonly type: string
  readonly size: number
}

/** What is wrong with a file, or `undefined`. */
export function objection(file: Candidate, { accept, minSize, maxSize }: Restrictions): UploadError | undefined {
  const { name, size } = file
  const refuse = (code: 'file-type' | 'file-too-small' | 'file-too-large', why: string): UploadError =>
    new UploadError(code, `Cannot upload "${name}": ${why}`)
  if (accept !== undefined && !accepts(file, accept)) {
    return refuse('file-type', `expected ${accept}, got ${file.type || 'no known type'}`)
  }
  if (size < minSize) return refuse('file-too-small', `expected at least ${minSize} bytes, got ${size}`)
  if (size > maxSize) return refuse('file-too-large', `expected at most ${maxSize} bytes, got ${size}`)
  return undefined
}

function accepts({ name, type }: Candidate, accept: string): boolean {
  const rules = accept.toLowerCase().split(/[ ,]+/).filter(Boolean)
  const fits = (rule: string): boolean => {
    if (rule.startsWith('.')) return name.toLowerCase().endsWith(rule)
    const [start = '', any] = rule.split('*')
    // Browsers give types in lower case.
    return any === undefined ? type === rule : type.startsWith(start)
  }
  return rules.length === 0 || rules.some(fits)
}
