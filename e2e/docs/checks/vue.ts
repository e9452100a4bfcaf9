import { compileScript, parse } from 'vue/compiler-sfc'
import { type Check, linesBefore, thrown } from '../findings.ts'

/**
 * A component is compiled with its template, the types of its script are checked, and names in the template that the script
 * does not have are faults.
 */
export const checkVue: Check = ({ code }) => {
  const { descriptor, errors } = parse(code, { filename: 'Uploads.vue' })
  if (errors.length > 0) return { faults: errors.map(({ message }) => ({ line: 0, message })) }
  const { scriptSetup, template } = descriptor
  try {
    const compiled = compileScript(descriptor, { id: 'page', inlineTemplate: true })
    // What the compiler does not find in the script it looks for in the component, at run time.
    const strangers = [...compiled.content.matchAll(/_ctx\.(\w+)/g)].map(([, name = '']) => name)
    return {
      faults: [...new Set(strangers)].map((name) => ({
        line: template ? linesBefore(code, template.loc.start.offset) : 0,
        message: `The template names "${name}", which the script does not have`,
      })),
      modules: scriptSetup
        ? [{ kind: 'ts', code: scriptSetup.content, line: linesBefore(code, scriptSetup.loc.start.offset) }]
        : [],
    }
  } catch (cause) {
    return thrown(cause)
  }
}
