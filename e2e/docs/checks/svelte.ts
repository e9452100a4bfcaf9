import { compile, parse } from 'svelte/compiler'
import { type Check, linesBefore, thrown } from '../findings.ts'

/** A component is compiled, warnings are faults, and the types of its script are checked. */
export const checkSvelte: Check = ({ code }) => {
  try {
    const { warnings } = compile(code, { filename: 'Uploads.svelte' })
    const { instance } = parse(code, { modern: true })
    return {
      faults: warnings.map(({ message, start }) => ({ line: (start?.line ?? 1) - 1, message })),
      modules: instance
        ? [{ kind: 'ts', code: script(code, instance.start, instance.end), line: linesBefore(code, instance.start) }]
        : [],
    }
  } catch (cause) {
    return thrown(cause)
  }
}

// What stands between the tags.
const script = (code: string, start: number, end: number): string =>
  code
    .slice(start, end)
    .replace(/^<script[^>]*>/, '')
    .replace(/<\/script>$/, '')
