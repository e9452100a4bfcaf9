import { parse } from 'yaml'
import { type Check, thrown } from '../findings.ts'

/** YAML is parsed; a name that comes twice is a mistake. */
export const checkYaml: Check = ({ code }) => {
  try {
    parse(code, { strict: true, uniqueKeys: true })
    return {}
  } catch (cause) {
    return thrown(cause)
  }
}
