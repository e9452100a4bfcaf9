import { parseCss } from 'svelte/compiler'
import { type Check, thrown } from '../findings.ts'

/** CSS is parsed. */
export const checkCss: Check = ({ code }) => {
  try {
    parseCss(code)
    return {}
  } catch (cause) {
    return thrown(cause)
  }
}
