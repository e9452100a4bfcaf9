import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5'
import type { Check, Fault, Module } from '../findings.ts'

type Node = DefaultTreeAdapterTypes.Node

/** HTML is parsed, and the scripts in it are checked as JavaScript. */
export const checkHtml: Check = ({ code }) => {
  const faults: Fault[] = []
  const read = /^\s*<!doctype/i.test(code) ? parse : parseFragment
  const tree = read(code, {
    sourceCodeLocationInfo: true,
    onParseError: ({ code: message, startLine }) => void faults.push({ line: startLine - 1, message }),
  })
  return { faults: [...faults, ...unclosedIn(tree)], modules: scriptsIn(tree) }
}

// HTML lets these end by themselves.
const lenient = new Set(
  'area base br col embed hr img input link meta param source track wbr html head body li p dt dd option tr td th'.split(
    ' ',
  ),
)

// The parser closes what nobody closes, and says nothing.
function unclosedIn(node: Node): Fault[] {
  const inner = 'childNodes' in node ? node.childNodes.flatMap(unclosedIn) : []
  if (!('tagName' in node) || lenient.has(node.tagName)) return inner
  const { startTag, endTag } = node.sourceCodeLocation ?? {}
  if (!startTag || endTag) return inner
  return [{ line: startTag.startLine - 1, message: `<${node.tagName}> is never closed` }, ...inner]
}

function scriptsIn(node: Node): Module[] {
  const inner = 'childNodes' in node ? node.childNodes.flatMap(scriptsIn) : []
  if (!('tagName' in node) || node.tagName !== 'script') return inner
  const kind = node.attrs.find(({ name }) => name === 'type')?.value ?? 'module'
  return node.childNodes.flatMap((child) =>
    'value' in child && (kind === 'module' || kind === 'text/javascript')
      ? [{ kind: 'js', code: child.value, line: (child.sourceCodeLocation?.startLine ?? 1) - 1 }]
      : [],
  )
}
