import { type Check, thrown } from '../findings.ts'

/** JSON is parsed. */
export const checkJson: Check = ({ code }) => {
  try {
    JSON.parse(code)
    return {}
  } catch (cause) {
    return thrown(cause)
  }
}
